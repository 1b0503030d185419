//! The base URL of an API, and the URLs of requests.

use url::{Host, Url};

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
    url: Url,
    /// The path of `url` without a trailing slash.
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
        let url = parse(base_url).map_err(BuildError::BaseUrl)?;
        let mount = mount
            .map(|(from, to)| (from.trim_end_matches('/').to_owned(), to.trim_end_matches('/').to_owned()));
        if let Some((from, to)) = &mount {
            let is_path = |path: &str| path.is_empty() || path.starts_with('/');
            // Whether a URL parser would change the path.
            let normal = url.join(to).is_ok_and(|joined| to.is_empty() || joined.path() == to);
            if !is_path(from) || !is_path(to) || !normal {
                return Err(BuildError::Mount);
            }
        }
        let path = url.path().trim_end_matches('/').to_owned();
        let base_url = Self { url, path, mount, trailing_slash };
        if base_url.url.scheme() == "http" && !allow_http && !base_url.is_loopback() {
            return Err(BuildError::InsecureHttp);
        }
        Ok(base_url)
    }

    /// Returns whether the API is on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Returns another server of the same origin. Other origins are rejected, because the server receives the
    /// credential.
    pub(crate) fn same_origin(&self, server: &str) -> Result<Self, String> {
        let url = self.url.join(server).map_err(|_| format!("invalid server URL `{server}`"))?;
        if url.origin() != self.url.origin() {
            return Err(format!("the server `{server}` has another origin than the base URL"));
        }
        let path = url.path().trim_end_matches('/').to_owned();
        Ok(Self { url, path, mount: None, trailing_slash: self.trailing_slash })
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Returns the URL for a path template with its encoded path parameters and query.
    pub(crate) fn resolve(
        &self,
        template: &str,
        (parameters, query): (&[(&'static str, String)], &str),
    ) -> Result<Url, String> {
        let (mounted, below) = match &self.mount {
            Some((from, to)) => match template.strip_prefix(from.as_str()) {
                Some(below) if below.is_empty() || below.starts_with('/') => (to.as_str(), below),
                _ => ("", template),
            },
            None => ("", template),
        };
        let mut path = String::with_capacity(self.path.len() + mounted.len() + below.len() + 32);
        path.push_str(&self.path);
        path.push_str(mounted);
        fill(below, parameters, &mut path)?;
        if self.trailing_slash == TrailingSlash::Never {
            path.truncate(path.trim_end_matches('/').len());
        }
        if path.is_empty() {
            path.push('/');
        }

        let mut url = self.url.clone();
        url.set_path(&path);
        url.set_query(Some(query).filter(|query| !query.is_empty()));
        // URL parsers rewrite paths (dot segments, backslashes, line breaks). Parameters are validated before, but a
        // request for another key than the given one would be severe.
        if url.path() == path { Ok(url) } else { Err("the path is not a valid URL path".to_owned()) }
    }
}

/// Replaces each `{name}` in a template.
fn fill(template: &str, parameters: &[(&'static str, String)], path: &mut String) -> Result<(), String> {
    let mut rest = template;
    while let Some((literal, tail)) = rest.split_once('{') {
        let (name, tail) = tail.split_once('}').ok_or("the path template has an unclosed brace")?;
        let (_, value) = parameters
            .iter()
            .find(|(given, _)| *given == name)
            .ok_or_else(|| format!("path parameter `{name}` is missing"))?;
        path.push_str(literal);
        path.push_str(value);
        rest = tail;
    }
    path.push_str(rest);
    Ok(())
}

fn parse(text: &str) -> Result<Url, &'static str> {
    // The parser is lenient: it removes line breaks, replaces `\` by `/`, finds a host in `https:///host`, and parses
    // `localhost:80` as a scheme. Such a URL is a mistake.
    if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err("contains white space, a control character or a backslash");
    }
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    let scheme = ["https://", "http://"].into_iter().find(|scheme| lower.starts_with(scheme));
    let Some(rest) = scheme.map(|scheme| &text[scheme.len()..]) else {
        return Err("must start with https:// or http://");
    };
    if rest.is_empty() || rest.starts_with(['/', '?', '#', ':']) {
        return Err("missing host");
    }
    let url = Url::parse(text).map_err(|_| "not a URL")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("contains a user name or password");
    }
    if url.query().is_some() {
        return Err("contains a query");
    }
    if url.fragment().is_some() {
        return Err("contains a fragment");
    }
    Ok(url)
}
