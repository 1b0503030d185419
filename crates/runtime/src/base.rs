//! Where a vendor's API lives, and how a request's URL is made from it.

use url::{Host, Url};

use crate::{BuildError, Request};

/// What to do with a slash at the end of a documented path.
///
/// Frameworks redirect between the two forms, and redirects are not followed, so the form must be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TrailingSlash {
    /// Send it as the document has it.
    #[default]
    AsDocumented,
    /// Never send one.
    Never,
}

/// The base URL, checked once, and the rules that turn a documented path into an actual one.
#[derive(Debug, Clone)]
pub(crate) struct Base {
    url: Url,
    /// The path of `url` without a slash at its end.
    path: String,
    mount: Option<(String, String)>,
    trailing_slash: TrailingSlash,
}

impl Base {
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
            // Whatever a URL parser would change or take for something else than a path.
            let normal = url.join(to).is_ok_and(|joined| to.is_empty() || joined.path() == to);
            if !is_path(from) || !is_path(to) || !normal {
                return Err(BuildError::Mount);
            }
        }
        let path = url.path().trim_end_matches('/').to_owned();
        let base = Self { url, path, mount, trailing_slash };
        if base.url.scheme() == "http" && !allow_http && !base.is_loopback() {
            return Err(BuildError::InsecureHttp);
        }
        Ok(base)
    }

    /// Whether the API is on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Another server of the same origin, or what is wrong with it: a credential must not travel to where nobody said
    /// that it may.
    pub(crate) fn beside(&self, server: &str) -> Result<Self, String> {
        let url = self.url.join(server).map_err(|_| format!("its server `{server}` is no URL"))?;
        if url.origin() != self.url.origin() {
            return Err(format!(
                "it is at `{server}`, which is not where the client sends its credential; name it with `ClientBuilder::server`"
            ));
        }
        let path = url.path().trim_end_matches('/').to_owned();
        Ok(Self { url, path, mount: None, trailing_slash: self.trailing_slash })
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// The URL of a request, or what is wrong with the request.
    pub(crate) fn resolve(&self, request: &Request) -> Result<Url, String> {
        let template = request.operation.path;
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
        fill(below, &request.path_parameters, &mut path)?;
        if self.trailing_slash == TrailingSlash::Never {
            path.truncate(path.trim_end_matches('/').len());
        }
        if path.is_empty() {
            path.push('/');
        }

        let mut url = self.url.clone();
        url.set_path(&path);
        url.set_query(Some(request.query.as_str()).filter(|query| !query.is_empty()));
        // URL parsers rewrite paths (dot segments, backslashes, line breaks). Nothing above lets such a path through,
        // but a request that reaches another key than the one meant is too bad to rely on that alone.
        if url.path() == path { Ok(url) } else { Err("the path is not one that a URL can hold".to_owned()) }
    }
}

/// Replaces each `{name}` of a template.
fn fill(template: &str, parameters: &[(&'static str, String)], path: &mut String) -> Result<(), String> {
    let mut rest = template;
    while let Some((literal, tail)) = rest.split_once('{') {
        let (name, tail) = tail.split_once('}').ok_or("the path template has an open brace")?;
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
    // The parser is forgiving: it drops line breaks, turns `\` into `/`, finds a host in `https:///host`, and takes
    // `localhost:80` for a scheme. A person who writes such a thing made a mistake.
    if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err("holds white space, a control character or a backslash");
    }
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    let scheme = ["https://", "http://"].into_iter().find(|scheme| lower.starts_with(scheme));
    let Some(rest) = scheme.map(|scheme| &text[scheme.len()..]) else {
        return Err("must start with https:// (or http://)");
    };
    if rest.is_empty() || rest.starts_with(['/', '?', '#', ':']) {
        return Err("has no host");
    }
    let url = Url::parse(text).map_err(|_| "is not a URL")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("holds a user name or password; give the credential on its own");
    }
    if url.query().is_some() {
        return Err("has a query");
    }
    if url.fragment().is_some() {
        return Err("has a fragment");
    }
    Ok(url)
}
