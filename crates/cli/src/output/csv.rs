//! Comma-separated values as in RFC 4180, with plain line ends.

/// One line for each row, and before them the header.
pub(crate) fn document(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text = header.join(",");
    text.push('\n');
    for row in rows {
        for (at, field) in row.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            push(&mut text, field);
        }
        text.push('\n');
    }
    text
}

fn push(text: &mut String, field: &str) {
    if field.contains([',', '"', '\n', '\r']) {
        text.push('"');
        text.push_str(&field.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(field);
    }
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
