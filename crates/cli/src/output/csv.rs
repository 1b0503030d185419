//! Comma-separated values as in RFC 4180, with `\n` as line terminator.

use csv::Writer;

/// Formats a header and rows.
pub(crate) fn document(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut writer = Writer::from_writer(Vec::new());
    // Cannot fail: all rows have the length of the header, and memory has no I/O errors.
    let _ = writer.write_record(header);
    for row in rows {
        let _ = writer.write_record(row);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_needed() {
        let text = document(&["a", "b"], [vec!["x, y".to_owned(), "say \"hi\"\nthere".to_owned()]]);
        assert_eq!(text, "a,b\n\"x, y\",\"say \"\"hi\"\"\nthere\"\n");
    }
}
