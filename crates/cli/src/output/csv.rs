//! Comma-separated values as in RFC 4180, with `\n` as line terminator.

use csv::Writer;

use crate::human::clean;

/// Formats one row. Unless it is `raw`, its values are safe for terminals and spreadsheets.
pub(crate) fn row(fields: &[impl AsRef<str>], raw: bool) -> String {
    let mut writer = Writer::from_writer(Vec::new());
    // Cannot fail: memory has no I/O errors.
    let _ = match raw {
        true => writer.write_record(fields.iter().map(AsRef::as_ref)),
        false => writer.write_record(fields.iter().map(|field| safe(field.as_ref()))),
    };
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// Formats a header and rows.
pub(crate) fn document(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>, raw: bool) -> String {
    let rows = rows.into_iter().map(|fields| row(&fields, raw));
    std::iter::once(row(header, raw)).chain(rows).collect()
}

/// Replaces control characters, and quotes what a spreadsheet would evaluate, as OWASP recommends.
fn safe(field: &str) -> String {
    let text = clean(field);
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(field: &str, raw: bool) -> String {
        document(&["a", "b"], [vec!["x, y".to_owned(), field.to_owned()]], raw)
    }

    #[test]
    fn fields_are_quoted_where_needed() {
        assert_eq!(one("say \"hi\"\nthere", true), "a,b\n\"x, y\",\"say \"\"hi\"\"\nthere\"\n");
    }

    #[test]
    fn formulas_and_control_characters_are_neutralized() {
        for (field, expected) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "\u{fffd}=1"),
            ("\r=1", "\u{fffd}=1"),
            ("a\u{1b}[31m\u{9b}b\u{202e}", "a\u{fffd}[31m\u{fffd}b\u{fffd}"),
            ("a=b", "a=b"),
        ] {
            assert_eq!(one(field, false), format!("a,b\n\"x, y\",{expected}\n"));
            assert!(one(field, true).contains(field));
        }
    }
}
