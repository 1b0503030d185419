//! Insertion of a vendor into existing files.
//!
//! Positions are found by meaning, not by text. A file without the position is an error.

use toml_edit::{Document, Table};

use super::name::VendorName;

type Result<T> = std::result::Result<T, String>;

/// The dependency of the workspace.
pub(super) fn workspace(text: &str, name: &VendorName) -> Result<String> {
    let document = parse(text)?;
    let version = table(&document, &["workspace", "package"])?.get("version").and_then(|item| item.as_str());
    let version = version.ok_or("`workspace.package.version` is missing")?;
    let package = format!("api-keys-{}", name.kebab);
    let line = format!(
        "{package} = {{ path = \"crates/{}\", version = \"{version}\", default-features = false }}\n",
        name.kebab
    );
    let at = line_of(text, table(&document, &["workspace", "dependencies"])?, "api-keys-memory")?;
    Ok(inserted(text, at, &line))
}

/// The feature of the facade, which is one of all vendors.
pub(super) fn facade(text: &str, name: &VendorName) -> Result<String> {
    let package = format!("api-keys-{}", name.kebab);
    let document = parse(text)?;
    let dependencies = table(&document, &["dependencies"])?;
    let at = line_after(text, dependencies, &package, |_| true)?;
    let text = inserted(text, at, &format!("{package} = {{ workspace = true, optional = true }}\n"));

    let document = parse(&text)?;
    let features = table(&document, &["features"])?;
    let at = match line_after(&text, features, &name.kebab, |item| item.to_string().contains("\"runtime\"")) {
        Ok(at) => at,
        Err(_) => line_of(&text, features, "memory")?,
    };
    let line = format!("{} = [\"dep:{package}\", \"runtime\"]\n", name.kebab);
    let text = inserted(&text, at, &line);

    let document = parse(&text)?;
    let all = table(&document, &["features"])?.get("all-vendors").and_then(|item| item.as_array());
    let all = all.ok_or("there is no feature `all-vendors`")?;
    let next = all.iter().find(|value| value.as_str().is_some_and(|other| *other > *name.kebab));
    let next = next.or_else(|| all.iter().last()).and_then(|value| value.span());
    let next = next.ok_or("the feature `all-vendors` is empty")?;
    Ok(inserted(&text, next.start, &format!("\"{}\", ", name.kebab)))
}

/// The module, entry, variant and match arms in the facade, each before those of the in-memory provider.
pub(super) fn vendors(text: &str, name: &VendorName) -> Result<String> {
    const CFG: &str = "#[cfg(feature = \"memory\")]\n";
    let VendorName { kebab, snake, camel } = name;
    let cfg = format!("#[cfg(feature = \"{kebab}\")]\n");
    let arm = |binding: &str, body: &str| format!("{cfg}Self::{camel}({binding}) => {body},\n            ");
    let entry = format!(
        "VendorInfo {{ name: \"{kebab}\", title: \"{kebab}\", service: \"{kebab}\", \
         credential: \"API token\", capabilities: {snake}::CAPABILITIES }}"
    );
    let insertions = [
        (
            "/// In-memory provider.\n".to_owned(),
            format!("/// {kebab}.\n{cfg}#[doc(inline)]\npub use api_keys_{snake} as {snake};\n"),
        ),
        ("];\n".to_owned(), format!("{cfg}{entry},\n")),
        (
            "/// In-memory keys.\n".to_owned(),
            format!("/// {kebab}.\n{cfg}{camel}({snake}::{camel}Config),\n"),
        ),
        (format!("{CFG}            Self::Memory(config)"), arm("config", "Ok(Arc::new(config.build()?))")),
        (format!("{CFG}            Self::Memory(_)"), arm("ref mut config", "Some(&mut config.http)")),
    ];
    insertions.into_iter().try_fold(text.to_owned(), |text, (anchor, new)| {
        let at = text.find(&anchor).ok_or_else(|| format!("missing line: {anchor}"))?;
        Ok(inserted(&text, at, &new))
    })
}

fn parse(text: &str) -> Result<Document<&str>> {
    Document::parse(text).map_err(|error| error.to_string())
}

fn table<'d>(document: &'d Document<&str>, path: &[&str]) -> Result<&'d Table> {
    let mut table = document.as_table();
    for key in path {
        let next = table.get(key).and_then(|item| item.as_table());
        table = next.ok_or_else(|| format!("there is no table `{}`", path.join(".")))?;
    }
    Ok(table)
}

/// Returns the start of a key's line.
fn line_of(text: &str, table: &Table, key: &str) -> Result<usize> {
    let span = table.key(key).and_then(toml_edit::Key::span).ok_or_else(|| format!("`{key}` is missing"))?;
    Ok(text[..span.start].rfind('\n').map_or(0, |at| at + 1))
}

/// Returns the start of the line of the first key that follows alphabetically.
fn line_after(
    text: &str,
    table: &Table,
    key: &str,
    counts: impl Fn(&toml_edit::Item) -> bool,
) -> Result<usize> {
    let mut later = table.iter().filter(|(other, item)| *other > key && counts(item));
    let (next, _) = later.next().ok_or_else(|| format!("nothing comes after `{key}`"))?;
    line_of(text, table, next)
}

fn inserted(text: &str, at: usize, new: &str) -> String {
    format!("{}{new}{}", &text[..at], &text[at..])
}
