//! Files of the command: its configuration and its journal.

use std::ffi::OsString;
use std::io::Write as _;

use serde_json::Value;
use tempfile::NamedTempFile;

use crate::target::{NEW_SECRET, run};

/// Parses the bytes as a configuration file.
pub fn config_file(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    // Elsewhere than in this line, it would not be a secret.
    let line = format!("token = \"{NEW_SECRET}\"");
    let is_secret = text.matches(NEW_SECRET).count() == 1
        && text.lines().any(|other| other == line)
        && !["\"\"\"", "'''"].iter().any(|quotes| text.contains(quotes));
    if let Err(error) = api_keys_cli::check_config(text) {
        assert!(!is_secret || !error.contains(NEW_SECRET), "the secret is shown: {error}");
        assert!(!error.contains(|c: char| c.is_control() && c != '\n'), "{error:?}");
    }
}

/// Lists the rotations in a journal that begins with these bytes.
pub fn journal(data: &[u8]) {
    const ROTATION: &str = include_str!("../corpus/rotation/planned");
    let last = format!(
        r#"{{"at": "2026-11-28T05:43:18Z", "provider": "last", "id": "last", "action": "rotate", "state": "planned", "rotation": {ROTATION}}}"#
    );
    let mut file = NamedTempFile::new().expect("a temporary file");
    file.write_all(&[data, b"\n", last.as_bytes(), b"\n"].concat()).expect("written");
    let list = |format: &str| {
        let mut arguments =
            ["api-keys", "rotations", "--output", format, "--journal"].map(OsString::from).to_vec();
        arguments.push(file.path().into());
        let mut printed = Vec::new();
        assert_eq!(run(api_keys_cli::run(arguments, &mut printed, false)), 0);
        String::from_utf8(printed).expect("text")
    };
    let mut providers = Vec::new();
    for line in list("jsonl").lines() {
        let rotation: Value = serde_json::from_str(line).expect("JSON");
        assert!(rotation["old_id"].is_string() && rotation["planned_at"].is_string(), "{line}");
        providers.push(rotation["provider"].to_string());
    }
    assert!(providers.contains(&"\"last\"".to_owned()), "the last line is lost: {providers:?}");
    let table = list("table");
    assert!(!table.contains(|c: char| c.is_control() && c != '\n'), "{table:?}");
}
