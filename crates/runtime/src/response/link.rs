//! The header `Link`.

use http::HeaderMap;
use http::header::LINK;

/// Returns the target of the link to the next page (RFC 8288, `rel="next"`).
pub(crate) fn next(headers: &HeaderMap) -> Option<&str> {
    headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok()).find_map(next_in)
}

fn next_in(header: &str) -> Option<&str> {
    let mut rest = header;
    loop {
        let (target, after) = rest.split_once('<')?.1.split_once('>')?;
        let (parameters, others) = after.split_at(end_of(after, ','));
        if is_next(parameters) {
            return Some(target.trim());
        }
        rest = others;
    }
}

/// Returns whether one of the relations in the parameters of a link is `next`. Only the first `rel` counts.
fn is_next(mut parameters: &str) -> bool {
    while let Some((_, rest)) = parameters.split_once(';') {
        let (parameter, others) = rest.split_at(end_of(rest, ';'));
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        if name.trim().eq_ignore_ascii_case("rel") {
            let mut relations = value.trim().trim_matches('"').split_ascii_whitespace();
            return relations.any(|relation| relation.eq_ignore_ascii_case("next"));
        }
        parameters = others;
    }
    false
}

/// Returns the position of a separator outside of quotes, or the length.
fn end_of(text: &str, separator: char) -> usize {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let end = text.find(|c| {
        is_quoted ^= c == '"' && !is_escaped;
        is_escaped = is_quoted && !is_escaped && c == '\\';
        c == separator && !is_quoted
    });
    end.unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn link_header_is_parsed() {
        for (header, expected) in [
            (
                "<https://a.example/?page=2>; rel=\"next\", <https://a.example/?page=9>; rel=\"last\"",
                Some("?page=2"),
            ),
            ("</?page=1>; rel=\"prev\", </?page=3>;rel=next", Some("?page=3")),
            ("</a,b;c>; title=\"a, b; rel=x \\\" <\"; rel=\"last  NEXT\"", Some("/a,b;c")),
            ("</a>; title=\"; rel=next\"", None),
            ("</a>; rel=prev; rel=next", None),
            ("</a>; rel=nextpage", None),
            ("</a>", None),
            ("</a; rel=next", None),
            ("</a>; rel=\"next", Some("/a")),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(LINK, HeaderValue::from_static(header))]);
            let found = next(&headers);
            assert_eq!(found.is_some(), expected.is_some(), "{header}");
            assert!(found.unwrap_or_default().ends_with(expected.unwrap_or_default()), "{header}");
        }
    }
}
