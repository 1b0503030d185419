//! The generated code and the reports of the features are up to date.
//!
//! `UPDATE_FEATURES=1 cargo test -p api-keys-codegen --test features golden` writes them.

use std::path::Path;
use std::{env, fs};

use api_keys_codegen::files::{Mode, ensure};
use api_keys_codegen::{Options, Source, generate};

#[test]
fn features_are_up_to_date() {
    let is_update = env::var_os("UPDATE_FEATURES").is_some();
    let mode = if is_update { Mode::Write } else { Mode::Check };
    let mut diffs = String::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/features")).unwrap() {
        let feature = entry.unwrap().path();
        let Ok(text) = fs::read_to_string(feature.join("document.yaml")) else { continue };
        let options = Options::new().full_types(feature.ends_with("full_types"));
        let client = generate(Source { file: "document.yaml", text: &text }, &options).unwrap();
        let (mut files, report) = (client.files, client.report);
        files.extend((!report.is_empty()).then(|| ("report.txt".to_owned(), report.to_string())));
        let changes = ensure(&feature.join("generated"), &files, mode).unwrap();
        diffs.extend(changes.into_iter().map(|change| change.diff));
    }
    assert!(is_update || diffs.is_empty(), "set UPDATE_FEATURES=1 to accept\n{diffs}");
}
