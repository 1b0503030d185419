//! XML bodies.

use serde::Serialize;

use super::{Request, secret};
use crate::xml::{self, XmlNode};

impl Request {
    /// Sets an XML body.
    pub fn body_xml<T: Serialize + ?Sized>(mut self, body: &T, root: &'static XmlNode) -> Self {
        self.secrets.extend(secret::secrets_in(body));
        match xml::encode(body, root) {
            Ok(text) => self.with_body("application/xml", text),
            // It does not quote the value.
            Err(problem) => self.with_problem(format!("failed to serialize the body as XML: {problem}")),
        }
    }

    /// Sets an optional XML body.
    pub fn body_xml_opt<T: Serialize + ?Sized>(self, body: Option<&T>, root: &'static XmlNode) -> Self {
        match body {
            Some(body) => self.body_xml(body, root),
            None => self,
        }
    }
}
