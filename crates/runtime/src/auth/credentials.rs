//! Prepared credentials, and their selection for a request.

use api_keys_core::SecretKey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue};

use super::authentication::{Authentication, Credential, Location};
use crate::build_error::BuildError;
use crate::request::encoding::encode;

/// The credentials of a client, ready to be sent.
#[derive(Default)]
pub(crate) struct Credentials(Vec<Prepared>);

pub(crate) struct Prepared {
    scheme: Option<&'static str>,
    secret: SecretKey,
    form: Form,
}

enum Form {
    Header(HeaderName, HeaderValue),
    /// The encoded parameter with its name.
    Query(String),
}

impl Credentials {
    /// Validates credentials.
    pub(crate) fn prepare(authentication: &Authentication) -> Result<Self, BuildError> {
        let mut prepared: Vec<Prepared> = Vec::new();
        for credential in &authentication.0 {
            let next = prepare(credential)?;
            let collides = |known: &Prepared| {
                let both_named = known.scheme.is_some() && next.scheme.is_some();
                let one_header = |one: &HeaderName, other: &HeaderName| one == other && *one != COOKIE;
                !both_named
                    && matches!((&known.form, &next.form), (Form::Header(one, _), Form::Header(other, _)) if one_header(one, other))
            };
            if prepared.iter().any(collides) {
                return Err(BuildError::Credential("sent in the same header as another one"));
            }
            prepared.push(next);
        }
        Ok(Self(prepared))
    }

    pub(crate) fn all(&self) -> Selected<'_> {
        Selected(self.0.iter().collect())
    }

    pub(crate) fn secrets(&self) -> impl Iterator<Item = &SecretKey> {
        self.0.iter().map(|prepared| &prepared.secret)
    }

    /// Selects the credentials for a request with alternative sets of schemes.
    pub(crate) fn select(&self, alternatives: &[&[&str]]) -> Result<Selected<'_>, String> {
        let has = |scheme: &&str| self.0.iter().any(|known| known.scheme == Some(*scheme));
        let satisfied = alternatives.iter().find(|schemes| !schemes.is_empty() && schemes.iter().all(has));
        let is_selected = |prepared: &&Prepared| match (prepared.scheme, satisfied) {
            (Some(scheme), Some(schemes)) => schemes.contains(&scheme),
            (Some(_), None) => false,
            // A credential without a scheme is sent wherever a credential is required.
            (None, _) => alternatives.iter().any(|schemes| !schemes.is_empty()),
        };
        let selected: Vec<_> = self.0.iter().filter(is_selected).collect();
        let may_be_empty = alternatives.iter().any(|schemes| schemes.is_empty()) || self.0.is_empty();
        if selected.is_empty() && !may_be_empty {
            let schemes: Vec<_> = alternatives.iter().map(|schemes| schemes.join(" and ")).collect();
            return Err(format!(
                "the client does not have a credential for the operation: {}",
                schemes.join(", or ")
            ));
        }
        Ok(Selected(selected))
    }
}

/// The credentials of one request.
pub(crate) struct Selected<'a>(Vec<&'a Prepared>);

impl Selected<'_> {
    pub(crate) fn add_to(&self, headers: &mut HeaderMap) {
        for prepared in &self.0 {
            match &prepared.form {
                Form::Header(name, value) if *name == COOKIE => add_cookie(headers, value),
                Form::Header(name, value) => {
                    headers.insert(name.clone(), value.clone());
                }
                Form::Query(_) => {}
            }
        }
    }

    /// Returns the parameters to add to a query.
    pub(crate) fn query(&self) -> Option<String> {
        let parameters: Vec<_> = self
            .0
            .iter()
            .filter_map(|prepared| match &prepared.form {
                Form::Query(query) => Some(query.as_str()),
                Form::Header(..) => None,
            })
            .collect();
        (!parameters.is_empty()).then(|| parameters.join("&"))
    }
}

/// Adds a cookie to the existing ones. All are sent in one header, because some servers ignore a second one.
pub(crate) fn add_cookie(headers: &mut HeaderMap, cookie: &HeaderValue) {
    let Some(others) = headers.get(COOKIE) else {
        headers.insert(COOKIE, cookie.clone());
        return;
    };
    let both = [others.as_bytes(), cookie.as_bytes()].join(&b"; "[..]);
    // Both are valid header values.
    if let Ok(mut value) = HeaderValue::from_bytes(&both) {
        value.set_sensitive(others.is_sensitive() || cookie.is_sensitive());
        headers.insert(COOKIE, value);
    }
}

impl Authentication {
    /// Validates the credentials like [`ClientBuilder::build`](crate::ClientBuilder::build), for those that are not
    /// sent in a header.
    ///
    /// # Errors
    /// Returns an error for an invalid credential. The message does not contain it.
    pub fn check(&self) -> Result<(), BuildError> {
        Credentials::prepare(self).map(drop)
    }
}

fn prepare(credential: &Credential) -> Result<Prepared, BuildError> {
    let Credential { scheme, location, secret } = credential;
    let text = secret.expose();
    let is_key_for_user = matches!(location, Location::Basic(user) if !user.is_empty()) && text.is_empty();
    if text.is_empty() && !is_key_for_user {
        return Err(BuildError::Credential("empty"));
    }
    // Usually the line break at the end of a file. Trimming it would hide other mistakes.
    if text.trim() != text || text.chars().any(char::is_control) {
        return Err(BuildError::Credential("contains a control character, or surrounding white space"));
    }
    if !text.is_ascii() {
        return Err(BuildError::Credential("contains a non-ASCII character"));
    }
    let mut secret = secret.clone();
    let (name, value) = match location {
        Location::Query(name) => {
            let mut query = String::new();
            encode(name, &mut query);
            query.push('=');
            encode(text, &mut query);
            return Ok(Prepared { scheme: *scheme, secret, form: Form::Query(query) });
        }
        Location::Bearer => (AUTHORIZATION, format!("Bearer {text}")),
        // A scheme is a token, like the name of a header.
        Location::Http(scheme) if HeaderName::from_bytes(scheme.as_bytes()).is_err() => {
            return Err(BuildError::Credential("not a valid authentication scheme"));
        }
        Location::Http(scheme) => (AUTHORIZATION, format!("{scheme} {text}")),
        Location::Basic(user) if user.contains(':') => {
            return Err(BuildError::Credential("the user name contains a colon"));
        }
        Location::Basic(user) => {
            if is_key_for_user {
                secret = SecretKey::new(user.clone());
            }
            (AUTHORIZATION, format!("Basic {}", STANDARD.encode(format!("{user}:{text}"))))
        }
        Location::Cookie(_) if text.contains(';') => {
            return Err(BuildError::Credential("contains a `;`, which is not allowed in a cookie"));
        }
        Location::Cookie(name) => (COOKIE, format!("{name}={text}")),
        Location::Header(name) => {
            let name =
                HeaderName::from_bytes(name.as_bytes()).map_err(|_| BuildError::Header(name.clone()))?;
            (name, text.to_owned())
        }
    };
    let mut value =
        HeaderValue::try_from(value).map_err(|_| BuildError::Credential("not a valid header value"))?;
    value.set_sensitive(true);
    Ok(Prepared { scheme: *scheme, secret, form: Form::Header(name, value) })
}
