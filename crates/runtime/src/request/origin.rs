//! Origins of URLs: scheme, host and port.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use bytes::Bytes;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderValue, Uri};

/// The origin of a server, in the parts that each request needs.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    scheme: Scheme,
    authority: Authority,
    /// The value of `Host`.
    host: HeaderValue,
}

impl Origin {
    /// Splits an absolute URL into its origin, without a user name and password, and the remainder.
    pub(crate) fn parse(url: &str) -> Result<(Self, &str), &'static str> {
        let after = |prefix: &str| {
            let start = url.get(..prefix.len())?;
            start.eq_ignore_ascii_case(prefix).then(|| &url[prefix.len()..])
        };
        let (scheme, default_port, rest) = match (after("https://"), after("http://")) {
            (Some(rest), _) => (Scheme::HTTPS, ":443", rest),
            (_, Some(rest)) => (Scheme::HTTP, ":80", rest),
            _ => return Err("must start with https:// or http://"),
        };
        let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        if authority.is_empty() || authority.starts_with(':') {
            return Err("missing host");
        }
        if !authority.is_ascii() {
            return Err("contains a non-ASCII host, which must be given in its ASCII form (xn--…)");
        }
        let authority = authority.to_ascii_lowercase();
        let authority = Bytes::from(authority.strip_suffix(default_port).unwrap_or(&authority).to_owned());
        let host = HeaderValue::from_maybe_shared(authority.clone()).map_err(|_| "not a URL")?;
        let authority = Authority::from_maybe_shared(authority).map_err(|_| "not a URL")?;
        let has_port = authority.as_str().len() > authority.host().len();
        if !is_host(authority.host()) || (has_port && authority.port_u16().is_none()) {
            return Err("not a URL");
        }
        Ok((Self { scheme, authority, host }, rest))
    }

    pub(crate) fn uri(&self, path_and_query: PathAndQuery) -> Uri {
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(path_and_query);
        // All parts are present.
        Uri::from_parts(parts).unwrap_or_default()
    }

    pub(crate) fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    pub(crate) fn is_https(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// Returns whether the server is on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        match self.authority.host() {
            "localhost" => true,
            host => match host.strip_prefix('[') {
                Some(host) => host.trim_end_matches(']').parse().is_ok_and(|ip: Ipv6Addr| ip.is_loopback()),
                None => host.parse().is_ok_and(|ip: Ipv4Addr| ip.is_loopback()),
            },
        }
    }

    pub(crate) fn host_header(&self) -> &HeaderValue {
        &self.host
    }

    #[cfg(feature = "tracing")]
    pub(crate) fn host(&self) -> &str {
        self.authority.host()
    }

    #[cfg(feature = "tracing")]
    pub(crate) fn port(&self) -> u16 {
        self.authority.port_u16().unwrap_or(if self.is_https() { 443 } else { 80 })
    }
}

impl PartialEq for Origin {
    fn eq(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.authority == other.authority
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority)
    }
}

/// Returns whether a host is a name, an IPv6 address in brackets, or an IPv4 address in its usual form. In other forms,
/// such as `127.1`, an address could be taken for a name.
fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let is_number = last.starts_with("0x") || last.bytes().all(|byte| byte.is_ascii_digit());
    match is_number {
        true => host.parse::<Ipv4Addr>().is_ok(),
        false => host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)),
    }
}
