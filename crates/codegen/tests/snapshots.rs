//! What the documents of the features become, and what there is to report of them.
//!
//! `INSTA_UPDATE=always cargo test -p api-keys-codegen --test snapshots` accepts what the generator makes now.

mod common;

use std::path::{Path, PathBuf};
use std::{env, fs};

use api_keys_codegen::files::{Mode, ensure};
use api_keys_codegen::{Imported, Wanted};
use insta::assert_snapshot;

#[test]
fn the_code_and_the_reports_are_what_the_documents_become() {
    let features = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/features");
    let entries = fs::read_dir(features).unwrap();
    let mut features: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    features.retain(|path| path.join("document.yaml").exists());
    features.sort();
    let is_update = env::var("INSTA_UPDATE").is_ok_and(|update| update == "always");
    let mode = if is_update { Mode::Write } else { Mode::Check };
    let mut reports = String::new();
    let mut diffs = String::new();
    for feature in features {
        let text = fs::read_to_string(feature.join("document.yaml")).unwrap();
        let Imported { files, report } =
            api_keys_codegen::import("document.yaml", &text, &Wanted::default()).unwrap();
        let changes = ensure(&feature.join("generated"), &files, mode).unwrap();
        diffs.extend(changes.into_iter().map(|change| change.diff));
        let name = feature.file_name().unwrap().to_string_lossy();
        reports.push_str(&report.to_string().replace("document.yaml", &name));
    }
    assert_snapshot!("reports", reports);
    assert!(is_update || diffs.is_empty(), "set INSTA_UPDATE=always to accept\n{diffs}");
}
