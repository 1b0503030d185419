//! Environments and variables.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use toml::{Table, Value as Toml};

use super::DeclarationError;

/// Returns the declaration with an environment merged into it and variables replaced.
pub(super) fn resolve(
    text: &str,
    environment: Option<&str>,
    variables: &[(String, String)],
) -> Result<Value, DeclarationError> {
    let table: Table = text.parse().map_err(|error: toml::de::Error| {
        let before = text.get(..error.span().map_or(0, |span| span.start)).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        // Messages of syntax errors contain no content of the file.
        DeclarationError::new(format!("line {line}"), error.message().replace(char::is_control, " "))
    })?;
    let mut root = object(table)?;
    let environments = match root.remove("environments") {
        None => Map::new(),
        Some(Value::Object(environments)) => environments,
        Some(_) => return Err(DeclarationError::new("environments", "expected a table")),
    };
    if root.contains_key("environment") {
        return Err(DeclarationError::new("environment", "an environment is an argument, not a setting"));
    }
    if let Some(name) = environment {
        let known = || environments.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        match environments.get(name) {
            Some(Value::Object(overlay)) => merge(&mut root, overlay),
            Some(_) => return Err(DeclarationError::new(format!("environments.{name}"), "expected a table")),
            None => {
                let message = format!("no such environment (declared: {})", known());
                return Err(DeclarationError::new(format!("environments.{name}"), message));
            }
        }
        root.insert("environment".to_owned(), name.into());
    }
    let mut values = BTreeMap::new();
    match root.remove("variables") {
        None => {}
        Some(Value::Object(declared)) => {
            for (name, value) in declared {
                let Value::String(value) = value else {
                    return Err(DeclarationError::new(format!("variables.{name}"), "expected a string"));
                };
                values.insert(name, value);
            }
        }
        Some(_) => return Err(DeclarationError::new("variables", "expected a table")),
    }
    for (name, value) in variables {
        if values.insert(name.clone(), value.clone()).is_none() {
            return Err(DeclarationError::new(format!("variables.{name}"), "no such variable"));
        }
    }
    let mut value = Value::Object(root);
    replace(&mut value, &values, &mut Vec::new())?;
    Ok(value)
}

/// Converts TOML to JSON, in which times are strings.
fn object(table: Table) -> Result<Map<String, Value>, DeclarationError> {
    table.into_iter().map(|(name, value)| Ok((name, json(value)?))).collect()
}

fn json(value: Toml) -> Result<Value, DeclarationError> {
    Ok(match value {
        Toml::String(text) => text.into(),
        Toml::Integer(number) => number.into(),
        Toml::Float(number) => serde_json::Number::from_f64(number)
            .ok_or_else(|| DeclarationError::new("a number", "must be finite"))?
            .into(),
        Toml::Boolean(value) => value.into(),
        Toml::Datetime(time) => time.to_string().into(),
        Toml::Array(values) => values.into_iter().map(json).collect::<Result<_, _>>()?,
        Toml::Table(table) => object(table)?.into(),
    })
}

/// Merges tables recursively; every other value replaces the one before.
fn merge(base: &mut Map<String, Value>, overlay: &Map<String, Value>) {
    for (name, value) in overlay {
        match (base.get_mut(name), value) {
            (Some(Value::Object(base)), Value::Object(overlay)) => merge(base, overlay),
            _ => {
                base.insert(name.clone(), value.clone());
            }
        }
    }
}

/// Replaces variables in all strings that are not names of settings.
fn replace(
    value: &mut Value,
    variables: &BTreeMap<String, String>,
    path: &mut Vec<String>,
) -> Result<(), DeclarationError> {
    match value {
        Value::String(text) => {
            *text = expanded(text, variables)
                .map_err(|message| DeclarationError::new(path.join("."), message))?;
        }
        Value::Array(values) => {
            for (index, value) in values.iter_mut().enumerate() {
                path.push(index.to_string());
                replace(value, variables, path)?;
                path.pop();
            }
        }
        Value::Object(values) => {
            for (name, value) in values {
                path.push(name.clone());
                replace(value, variables, path)?;
                path.pop();
            }
        }
        _ => {}
    }
    Ok(())
}

fn expanded(text: &str, variables: &BTreeMap<String, String>) -> Result<String, String> {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, after) = rest.split_at(at);
        if let Some(escaped) = before.strip_suffix('$') {
            result.push_str(escaped);
            result.push_str("${");
            rest = &after[2..];
            continue;
        }
        let (name, after) = after[2..].split_once('}').ok_or("unterminated variable")?;
        let value = variables.get(name).ok_or_else(|| format!("unknown variable `{name}`"))?;
        result.push_str(before);
        result.push_str(value);
        rest = after;
    }
    result.push_str(rest);
    Ok(result)
}

/// Removes quoted values from a message of serde, which may be misplaced secrets. Names of fields are kept.
pub(super) fn without_values(message: &str) -> String {
    let message = message.replace(char::is_control, " ");
    let mut parts = message.split('"');
    let mut result = parts.next().unwrap_or_default().to_owned();
    while let Some(_value) = parts.next() {
        result.push('…');
        result.push_str(parts.next().unwrap_or_default());
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_replaced_once() {
        let variables =
            BTreeMap::from([("a".to_owned(), "1".to_owned()), ("b".to_owned(), "${a}".to_owned())]);
        for (text, expected) in [
            ("x${a}y${a}", Ok("x1y1")),
            ("${b}", Ok("${a}")),
            ("$${a} $ $$", Ok("${a} $ $$")),
            ("${c}", Err("unknown variable `c`")),
            ("${a", Err("unterminated variable")),
        ] {
            let expanded = expanded(text, &variables);
            assert_eq!(expanded.as_deref().map_err(String::as_str), expected, "{text}");
        }
    }
}
