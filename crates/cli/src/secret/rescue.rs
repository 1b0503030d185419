//! Files for secrets that could not be delivered.

use std::io;
use std::path::PathBuf;

use api_keys::{SecretKey, Timestamp};
use serde::Deserialize;
use serde_json::json;

use super::file_name;
use super::new_file::NewFile;
use crate::config::state_file;
use crate::file::{read_optional, remove_optional, replace};

/// Saves the text to a new file in the state directory that only its owner can read, and returns its path.
pub(crate) fn keep(provider: &str, operation: &str, text: &str) -> io::Result<PathBuf> {
    let time = Timestamp::now().as_nanosecond();
    let path = state_file(&format!("rescue/{}-{operation}-{time}.json", plain(provider)))?;
    NewFile::create(&path)?.fill(text)
}

/// Saves the secret of a declared key, which the next execution delivers, and returns the path of its file.
pub(crate) fn keep_declared(provider: &str, id: &str, secret: &SecretKey) -> io::Result<PathBuf> {
    let path = declared(provider, id)?;
    let text = json!({ "provider": provider, "id": id, "secret": secret.expose() });
    replace(&path, &format!("{text:#}\n"))?;
    Ok(path)
}

/// Returns the saved secret of a declared key.
pub(crate) fn find_declared(provider: &str, id: &str) -> Option<SecretKey> {
    #[derive(Deserialize)]
    struct Saved {
        provider: String,
        id: String,
        secret: SecretKey,
    }
    let text = read_optional(&declared(provider, id).ok()?).ok()??;
    let saved: Saved = serde_json::from_str(&text).ok()?;
    (saved.provider == provider && saved.id == id).then_some(saved.secret)
}

/// Removes the saved secret of a declared key.
pub(crate) fn forget_declared(provider: &str, id: &str) -> io::Result<()> {
    remove_optional(&declared(provider, id)?)
}

fn declared(provider: &str, id: &str) -> io::Result<PathBuf> {
    state_file(&format!("rescue/{}-declared-{}.json", plain(provider), file_name(provider, id)))
}

fn plain(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    text.chars().map(plain).take(40).collect()
}
