//! The base URL of an API, and the URLs of requests.

use std::fmt;

use bytes::Bytes;
use http::Uri;
use http::uri::PathAndQuery;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::origin::Origin;
use super::{Request, query};
use crate::build_error::BuildError;

/// The treatment of a trailing slash in documented paths.
///
/// Frameworks redirect between the two forms, and redirects are not followed.
///
/// Exhaustive: a slash is either kept or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TrailingSlash {
    /// Keeps it as documented.
    #[default]
    AsDocumented,
    /// Removes it.
    Never,
}

/// A validated base URL, and the rules that map documented paths.
#[derive(Debug, Clone)]
pub(crate) struct BaseUrl {
    origin: Origin,
    /// The path without a trailing slash.
    path: String,
    mount: Option<(String, String)>,
    trailing_slash: TrailingSlash,
}

impl BaseUrl {
    pub(crate) fn new(
        base_url: &str,
        allow_http: bool,
        mount: Option<(String, String)>,
        trailing_slash: TrailingSlash,
    ) -> Result<Self, BuildError> {
        let (origin, path) = parse(base_url).map_err(BuildError::BaseUrl)?;
        let mount = mount
            .map(|(from, to)| (from.trim_end_matches('/').to_owned(), to.trim_end_matches('/').to_owned()));
        if let Some((from, to)) = &mount {
            let is_path = |path: &str| path.is_empty() || path.starts_with('/');
            if !is_path(from) || !is_path(to) || !is_normal(to) {
                return Err(BuildError::Mount);
            }
        }
        if !origin.is_https() && !allow_http && !origin.is_loopback() {
            return Err(BuildError::InsecureHttp);
        }
        Ok(Self { origin, path, mount, trailing_slash })
    }

    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Returns another server of the same origin. Other origins are rejected, because the server receives the
    /// credential.
    pub(crate) fn same_origin(&self, server: &str) -> Result<Self, String> {
        let invalid = || format!("invalid server URL `{server}`");
        let path = if server.contains("://") {
            let (origin, path) = parse(server).map_err(|_| invalid())?;
            if origin != self.origin {
                return Err(format!("the server `{server}` has another origin than the base URL"));
            }
            path
        } else {
            let path = server.trim_end_matches('/');
            // A relative path replaces the last segment.
            let parent = self.path.rsplit_once('/').map_or("", |(parent, _)| parent);
            match path.starts_with('/') || path.is_empty() {
                true => path.to_owned(),
                false => format!("{parent}/{path}"),
            }
        };
        if !is_normal(&path) {
            return Err(invalid());
        }
        Ok(Self { origin: self.origin.clone(), path, mount: None, trailing_slash: self.trailing_slash })
    }

    /// Returns the URL of a request with the query of its credentials.
    pub(crate) fn url(&self, request: &Request, credential: &str) -> Result<Uri, String> {
        match &request.link {
            Some(link) => self.at(link, credential),
            None => {
                self.resolve(request.operation.path, &request.path_parameters, [&request.query, credential])
            }
        }
    }

    /// Returns the URL for the path and the query of a link, and a further query, which replaces parameters of the link.
    fn at(&self, link: &str, query: &str) -> Result<Uri, String> {
        let (path, of_link) = link.split_once('?').unwrap_or((link, ""));
        let of_link = query::names(query).fold(of_link.to_owned(), |rest, name| query::without(&rest, &name));
        Ok(self.origin.uri(path_and_query(with_query(path.to_owned(), [&*of_link, query]))?))
    }

    /// Returns the URL for a path template with its encoded path parameters and the parts of the query.
    fn resolve(
        &self,
        template: &str,
        parameters: &[(&'static str, String)],
        query: [&str; 2],
    ) -> Result<Uri, String> {
        let (mounted, below) = match &self.mount {
            Some((from, to)) => match template.strip_prefix(from.as_str()) {
                Some(below) if below.is_empty() || below.starts_with('/') => (to.as_str(), below),
                _ => ("", template),
            },
            None => ("", template),
        };
        let fixed = self.path.len() + mounted.len() + below.len() + 1;
        let variable = parameters.iter().map(|(_, value)| value.len());
        let queries = query.iter().map(|query| query.len() + 1);
        let mut text = String::with_capacity(fixed + variable.chain(queries).sum::<usize>());
        text.push_str(&self.path);
        text.push_str(mounted);
        fill(below, parameters, &mut text)?;
        if self.trailing_slash == TrailingSlash::Never {
            text.truncate(text.trim_end_matches('/').len());
        }
        if text.is_empty() {
            text.push('/');
        }
        Ok(self.origin.uri(path_and_query(with_query(text, query))?))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

/// Adds the parts of a query to a path.
fn with_query(mut path: String, query: [&str; 2]) -> String {
    let mut separator = '?';
    for part in query.into_iter().filter(|part| !part.is_empty()) {
        path.push(separator);
        path.push_str(part);
        separator = '&';
    }
    path
}

/// Validates a path, which servers must understand as it is: relative segments could address another key.
fn path_and_query(text: String) -> Result<PathAndQuery, &'static str> {
    const INVALID: &str = "the path is not a valid URL path";
    let path = text.split_once('?').map_or(&*text, |(path, _)| path);
    if has_relative_segment(path) {
        return Err(INVALID);
    }
    PathAndQuery::from_maybe_shared(Bytes::from(text)).map_err(|_| INVALID)
}

/// Returns whether a path can follow an origin.
fn is_normal(path: &str) -> bool {
    is_literal(path) && !path.starts_with("//") && !has_relative_segment(path)
}

/// Returns whether URL parsers keep a part of a path as it is.
fn is_literal(path: &str) -> bool {
    path.bytes().all(|byte| {
        byte.is_ascii_graphic()
            && !matches!(byte, b'\\' | b'?' | b'#' | b'"' | b'<' | b'>' | b'^' | b'`' | b'{' | b'}')
    })
}

/// Returns whether a segment is `.` or `..`, possibly encoded.
fn has_relative_segment(path: &str) -> bool {
    let starts_relative = |pair: &[u8]| pair[0] == b'/' && matches!(pair[1], b'.' | b'%');
    // Most paths have no such segment.
    path.as_bytes().windows(2).any(starts_relative)
        && path.split('/').any(|segment| {
            let dots = segment.strip_prefix('.').or_else(|| strip_encoded_dot(segment));
            dots.is_some_and(|rest| matches!(rest, "" | ".") || strip_encoded_dot(rest) == Some(""))
        })
}

fn strip_encoded_dot(text: &str) -> Option<&str> {
    text.strip_prefix("%2e").or_else(|| text.strip_prefix("%2E"))
}

/// Replaces each `{name}` in a template. An empty value omits its segment.
fn fill(template: &str, parameters: &[(&'static str, String)], path: &mut String) -> Result<(), String> {
    let mut rest = template;
    loop {
        let (literal, tail) = rest.split_once('{').unwrap_or((rest, ""));
        if !is_literal(literal) {
            return Err("the path template is not a valid URL path".to_owned());
        }
        path.push_str(literal);
        if literal.len() == rest.len() {
            return Ok(());
        }
        let (name, tail) = tail.split_once('}').ok_or("the path template has an unclosed brace")?;
        let (_, value) = parameters
            .iter()
            .find(|(given, _)| *given == name)
            .ok_or_else(|| format!("path parameter `{name}` is missing"))?;
        if value.is_empty() && path.ends_with('/') {
            path.pop();
        }
        path.push_str(value);
        rest = tail;
    }
}

/// The characters that a path cannot contain.
const NOT_IN_PATH: &AsciiSet =
    &CONTROLS.add(b'"').add(b'<').add(b'>').add(b'^').add(b'`').add(b'{').add(b'}');

/// Parses a base URL into its origin and path.
fn parse(text: &str) -> Result<(Origin, String), &'static str> {
    if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err("contains white space, a control character or a backslash");
    }
    let (origin, path) = Origin::parse(text)?;
    if text[..text.len() - path.len()].contains('@') {
        return Err("contains a user name or password");
    }
    if path.contains('?') {
        return Err("contains a query");
    }
    if path.contains('#') {
        return Err("contains a fragment");
    }
    if has_relative_segment(path) {
        return Err("contains a relative path segment");
    }
    Ok((origin, utf8_percent_encode(path.trim_end_matches('/'), NOT_IN_PATH).to_string()))
}
