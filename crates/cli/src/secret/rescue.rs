//! Files for secrets that could not be delivered.

use std::fs::DirBuilder;
use std::io;
use std::path::PathBuf;

use api_keys::Timestamp;

use super::new_file::NewFile;
use crate::config::state_directory;

/// Saves the text to a new file in the state directory that only its owner can read, and returns its path.
pub(crate) fn keep(provider: &str, operation: &str, text: &str) -> io::Result<PathBuf> {
    let directory = state_directory()
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "neither XDG_STATE_HOME nor HOME is set"))?
        .join("rescue");
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(&directory)?;
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let provider: String = provider.chars().map(plain).take(40).collect();
    let time = Timestamp::now().as_nanosecond();
    NewFile::create(&directory.join(format!("{provider}-{operation}-{time}.json")))?.fill(text)
}
