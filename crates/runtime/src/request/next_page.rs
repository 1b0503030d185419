//! Requests for the next page of a listing.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Display;

use api_keys_core::SecretKey;
use http::Uri;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use url::Url;

use super::base_url::BaseUrl;
use super::origin::Origin;
use super::payload::Payload;
use super::{Request, query};
use crate::error::FailureKind;
use crate::stream::items::PageParameter;

impl Request {
    /// Replaces the path and the query by those of a link, which is relative to the URL of this request. Links to other
    /// origins are rejected, because the server receives the credential.
    pub(crate) fn at(mut self, link: &str, server: &BaseUrl) -> Result<Self, FailureKind> {
        let current = server.url(&self, "").map_err(|_| FailureKind::NextLink { origin: None })?;
        self.link = Some(target(&current, link, server.origin())?);
        Ok(self)
    }

    /// Selects a page, instead of another one.
    pub(crate) fn with_page(mut self, parameter: PageParameter, value: impl Display + Serialize) -> Self {
        match parameter {
            PageParameter::Query(name) => {
                self.query = query::without(&self.query, name);
                self.query(name, value)
            }
            PageParameter::Body(name) => self.with_member(name, &value),
        }
    }

    /// Selects a page by a secret, instead of another one.
    pub(crate) fn with_page_secret(mut self, parameter: PageParameter, secret: SecretKey) -> Self {
        if let Some(previous) = self.selected(parameter) {
            self.secrets.retain(|secret| secret.expose() != previous);
        }
        self = self.with_page(parameter, secret.expose());
        self.secrets.push(secret);
        self
    }

    /// Returns the number of the selected page, if there is one.
    pub(crate) fn page_number(&self, parameter: PageParameter) -> Option<u64> {
        self.selected(parameter)?.parse().ok()
    }

    /// Returns the parts of the request in which pages differ.
    pub(crate) fn page(&self) -> Vec<u8> {
        let body = match &self.body {
            Some(Payload::Whole(body)) => body.as_ref(),
            Some(Payload::Once(_)) | None => &[],
        };
        [self.link.as_ref().unwrap_or(&self.query).as_bytes(), body].concat()
    }

    fn selected(&self, parameter: PageParameter) -> Option<String> {
        match parameter {
            PageParameter::Query(name) => query::value(&self.query, name).map(Cow::into_owned),
            PageParameter::Body(name) => match serde_json::from_str(self.members()?.get(name)?.get()).ok()? {
                Value::String(text) => Some(text),
                other => Some(other.to_string()),
            },
        }
    }

    /// Sets a member of the body. The others remain as they are.
    fn with_member(mut self, name: &str, value: &impl Serialize) -> Self {
        if self.body.is_none() {
            return self.body_json(&BTreeMap::from([(name, value)]));
        }
        let body = self.members().and_then(|mut members| {
            members.insert(name.to_owned(), to_raw_value(value).ok()?);
            serde_json::to_vec(&members).ok()
        });
        match body {
            Some(body) => {
                self.body = Some(Payload::Whole(body.into()));
                self
            }
            None => self.with_problem("the body is not a JSON object".to_owned()),
        }
    }

    fn members(&self) -> Option<BTreeMap<String, Box<RawValue>>> {
        match &self.body {
            Some(Payload::Whole(body)) => serde_json::from_slice(body).ok(),
            Some(Payload::Once(_)) | None => None,
        }
    }
}

/// Returns the path and the query of a link's target.
fn target(current: &Uri, link: &str, server: &Origin) -> Result<String, FailureKind> {
    let invalid = FailureKind::NextLink { origin: None };
    let target = Url::parse(&current.to_string()).and_then(|current| current.join(link));
    let Ok(mut target) = target else { return Err(invalid) };
    target.set_fragment(None);
    match Origin::parse(target.as_str()) {
        Ok((origin, path_and_query)) if origin == *server => Ok(path_and_query.to_owned()),
        Ok((origin, _)) => Err(FailureKind::NextLink { origin: Some(origin.to_string()) }),
        Err(_) => Err(invalid),
    }
}
