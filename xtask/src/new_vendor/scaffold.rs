//! Files to be written, all or none.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use api_keys_codegen::files::Mode;
use api_keys_codegen::prepare::Departure;

use crate::capabilities::capabilities;

/// Files that hold what follows from the others and are made anew after these.
const DERIVED: [&str; 3] = ["Cargo.lock", "README.md", "crates/api-keys/README.md"];

/// A vendor that is ready to be written.
#[derive(Debug, Default)]
pub struct Scaffold {
    files: Vec<File>,
    /// The departures to review.
    pub departures: Vec<Departure>,
}

#[derive(Debug)]
struct File {
    path: String,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    New(String),
    Change { before: String, after: String },
}

impl Scaffold {
    pub(super) fn create(&mut self, path: &str, text: String) {
        self.files.push(File { path: path.to_owned(), kind: Kind::New(text) });
    }

    pub(super) fn change(&mut self, path: &str, before: String, after: String) {
        self.files.push(File { path: path.to_owned(), kind: Kind::Change { before, after } });
    }

    /// Makes sure that no new file takes the place of another.
    pub(super) fn expect_room(&self, root: &Path) -> io::Result<()> {
        for file in self.files.iter().filter(|file| !matches!(file.kind, Kind::Change { .. })) {
            if fs::symlink_metadata(root.join(&file.path)).is_ok() {
                let message = format!("{} is there already", file.path);
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
            }
        }
        Ok(())
    }

    /// The files that are new, and those that change.
    pub fn paths(&self) -> (Vec<&str>, Vec<&str>) {
        let (changed, new): (Vec<&File>, Vec<&File>) =
            self.files.iter().partition(|file| matches!(file.kind, Kind::Change { .. }));
        let paths = [new, changed].map(|files| files.into_iter().map(|file| &*file.path).collect());
        paths.into()
    }

    /// Writes the files. If one cannot be written, all are as they were.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, root: &Path) -> io::Result<()> {
        let written = self.files.iter().try_for_each(|file| file.write(root));
        written.inspect_err(|_| self.undo(root))
    }

    /// Writes the files and what follows from them: the lock file and the tables of capabilities, for which the vendor
    /// is compiled. If anything fails, all is as it was. The repository is the current directory.
    ///
    /// # Errors
    /// When a file cannot be written, or the vendor does not compile.
    pub fn complete(&self) -> io::Result<()> {
        let root = Path::new(".");
        let derived: Vec<_> =
            DERIVED.iter().map(|path| Ok((path, fs::read(path)?))).collect::<io::Result<_>>()?;
        self.write(root)?;
        let done = lock(root).and_then(|()| capabilities(Mode::Write)).map(drop);
        done.inspect_err(|_| {
            self.undo(root);
            for (path, before) in derived {
                if let Err(error) = fs::write(path, before) {
                    eprintln!("{path} cannot be put back: {error}");
                }
            }
        })
    }

    /// Restores all files, as far as possible.
    fn undo(&self, root: &Path) {
        for file in &self.files {
            if let Err(error) = file.undo(root) {
                eprintln!("{} cannot be put back: {error}", file.path);
            }
        }
    }
}

impl File {
    fn write(&self, root: &Path) -> io::Result<()> {
        let path = root.join(&self.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        match &self.kind {
            Kind::New(text) | Kind::Change { after: text, .. } => fs::write(path, text),
        }
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", self.path)))
    }

    fn undo(&self, root: &Path) -> io::Result<()> {
        let path = root.join(&self.path);
        if let Kind::Change { before, .. } = &self.kind {
            return fs::write(path, before);
        }
        match fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            result => result?,
        }
        // Folders that were made for it. One that holds anything stays.
        let folders: Vec<PathBuf> = path.ancestors().skip(1).map(Path::to_path_buf).collect();
        for folder in folders.iter().take_while(|folder| folder.as_path() != root) {
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
        Ok(())
    }
}

/// Adds the new package to the lock file. All of its dependencies are locked.
pub(super) fn lock(root: &Path) -> io::Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["update", "--workspace", "--offline", "--quiet"])
        .current_dir(root)
        .output()?;
    match output.status.success() {
        true => Ok(()),
        false => Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned())),
    }
}
