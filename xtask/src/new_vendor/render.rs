//! The files of a new crate.

use super::name::VendorName;
use api_keys_codegen::prepare::Prepared;

/// The files and what is in them, but for the generated client.
pub(super) fn files(
    name: &VendorName,
    prepared: &Prepared,
    generated: &[(String, String)],
) -> Vec<(String, String)> {
    let has_url = prepared.has_base_url;
    let has_user = prepared.has_user;
    let constructor = match syn::parse_str::<syn::Ident>(&prepared.credential) {
        Ok(_) => prepared.credential.clone(),
        Err(_) => format!("r#{}", prepared.credential),
    };
    let mut imports = vec!["Client".to_owned(), constructor.clone()];
    imports.extend(has_url.then(|| "DEFAULT_BASE_URL".to_owned()));
    imports.extend(prepared.client_headers.iter().cloned());
    let headers = prepared.client_headers.iter().map(|header| {
        format!(
            "if let Some(value) = {header}.default {{ builder = builder.header({header}.name, value); }}\n"
        )
    });
    let headers: String = headers.collect();
    let listed = |required: &[(bool, &str)]| -> String {
        let given = required.iter().filter(|(given, _)| *given).map(|(_, text)| *text);
        given.collect::<Vec<_>>().join(", ")
    };
    let operations: Vec<_> = prepared.operations.iter().map(|id| format!("{id:?}")).collect();
    let uses_json = generated.iter().any(|(_, text)| text.contains("serde_json"));
    let keyword = match name.kebab.len() {
        // The longest that crates.io takes.
        ..=20 => format!("\"{}\", ", name.kebab),
        _ => String::new(),
    };
    let contract = listed(&[(!has_url, "base_url"), (has_user, "\"admin\""), (true, "credential")]);
    let values: &[(&str, String)] = &[
        ("name", name.kebab.clone()),
        ("snake", name.snake.clone()),
        ("type", name.camel.clone()),
        ("keywords", format!("\"api-key\", {keyword}\"client\", \"openapi\"")),
        ("serde_json", if uses_json { "serde_json.workspace = true\n".to_owned() } else { String::new() }),
        (
            "example",
            listed(&[(!has_url, "\"https://api.example.com\""), (has_user, "\"admin\""), (true, "\"credential\"")]),
        ),
        (
            "contract",
            if has_url { format!("{contract}).base_url(base_url") } else { contract },
        ),
        ("imports", imports.join(", ")),
        (
            "base_url_field",
            match has_url {
                true => "/// Address of the API; the vendor's own by default.\n#[serde(default)]\npub base_url: Option<String>,",
                false => "/// Address of the API.\npub base_url: String,",
            }
            .to_owned(),
        ),
        (
            "user_field",
            if has_user { "/// Who the credential belongs to.\npub user: String," } else { "" }.to_owned(),
        ),
        (
            "new_docs",
            match has_url {
                true => "The vendor's own API, with a credential.",
                false => "An API and a credential that it takes.",
            }
            .to_owned(),
        ),
        (
            "parameters",
            listed(&[
                (!has_url, "base_url: impl Into<String>"),
                (has_user, "user: impl Into<String>"),
                (true, "token: impl Into<SecretSource>"),
            ]),
        ),
        (
            "values",
            format!(
                "base_url: {}, {}",
                if has_url { "None" } else { "base_url.into()" },
                if has_user { "user: user.into()," } else { "" }
            ),
        ),
        (
            "base_url_setter",
            match has_url {
                true => {
                    "/// Sets the address of the API.\npub fn base_url(mut self, base_url: impl Into<String>) -> Self {\n\
                     self.base_url = Some(base_url.into());\nself\n}"
                }
                false => "",
            }
            .to_owned(),
        ),
        ("credential", constructor),
        ("user", if has_user { "self.user, " } else { "" }.to_owned()),
        ("mut", if headers.is_empty() { "" } else { "mut " }.to_owned()),
        (
            "base_url",
            match has_url {
                true => "self.base_url.unwrap_or_else(|| DEFAULT_BASE_URL.to_owned())",
                false => "self.base_url",
            }
            .to_owned(),
        ),
        ("headers", headers),
        ("operations", operations.join(", ")),
    ];
    let fill = |template: &str| {
        values.iter().fold(template.to_owned(), |text, (key, value)| {
            let mark = format!("{{{{{key}}}}}");
            // A line for nothing would stay behind as an empty one.
            let text = if value.is_empty() { text.replace(&format!("    {mark}\n"), "") } else { text };
            text.replace(&mark, value)
        })
    };
    let kebab = &name.kebab;
    [
        (format!("crates/{kebab}/Cargo.toml"), include_str!("templates/Cargo.toml.in")),
        (format!("crates/{kebab}/README.md"), include_str!("templates/README.md.in")),
        (format!("crates/{kebab}/src/lib.rs"), include_str!("templates/lib.rs.in")),
        (format!("crates/{kebab}/src/config.rs"), include_str!("templates/config.rs.in")),
        (format!("crates/{kebab}/src/provider.rs"), include_str!("templates/provider.rs.in")),
        (format!("crates/{kebab}/tests/contract.rs"), include_str!("templates/contract.rs.in")),
    ]
    .into_iter()
    .map(|(path, template)| (path, fill(template)))
    .collect()
}

/// Returns the README of the document, with the table of corrections.
pub(super) fn corrections(name: &VendorName, prepared: &Prepared) -> String {
    let (title, version) = (cell(&prepared.title), cell(&prepared.version));
    let mut readme = format!(
        "# {}\n\nThe vendor's document is \"{title}\", version {version}. No server was tested.\n\n\
         ## Corrections\n\nAs written by `cargo xtask new-vendor`, in addition to the\n\
         [corrections of every document](../README.md#every-document):\n\n\
         | location | vendor's document | ours | reason |\n|---|---|---|---|\n",
        name.kebab
    );
    for departure in &prepared.departures {
        let cells = [&departure.place, &departure.theirs, &departure.ours, &departure.why];
        let cells: Vec<_> = cells.into_iter().map(|text| cell(text)).collect();
        readme += &format!("| {} |\n", cells.join(" | "));
    }
    readme
}

/// Text on one line of a table.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
