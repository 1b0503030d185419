//! Applying the additions of a vendor's newer document.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::diff::{Comparison, Difference, Edit, Impact, Upstream};
use crate::document::{Document, Policy};
use crate::error::Error;
use crate::files::{Change, Mode, ensure, ensure_file, listed};
use crate::generate::{Options, generate};
use crate::lower::lower;
use crate::problem::Problem;
use crate::source::Source;

/// Our document with the vendor's additions, and the client generated from it. Nothing is written yet.
#[derive(Debug)]
pub struct Synced {
    /// Our document.
    pub text: String,
    /// The paths and the contents of the files of the client.
    pub files: Vec<(String, String)>,
    /// The applied differences, each with an optional note.
    pub applied: Vec<(Difference, Option<String>)>,
    /// The reasons for compatible differences that were not applied.
    pub reasons: Vec<(Difference, String)>,
    /// The remaining differences.
    pub left: Comparison,
}

/// Applies the vendor's compatible differences to our document, one at a time. Differences that the generator rejects,
/// or that would be wrong for other operations with the same schema, are omitted.
///
/// # Errors
/// Returns an error if a document is invalid or the client cannot be generated.
pub fn sync(
    ours: Source<'_>,
    upstream: Source<'_>,
    overlays: &[Source<'_>],
    options: &Options,
) -> Result<Synced, Error> {
    let mut document = Document::parse(ours.file, ours.text)?;
    if document.is_converted() {
        let help = "convert it to OpenAPI 3.0 or 3.1";
        return Err(Problem::of_document(ours.file, "a Swagger 2.0 document cannot be edited", help).into());
    }
    let upstream = Upstream::read(&document, upstream, overlays)?;
    let mut differences = upstream.differences(&document)?;
    let (mut applied, mut reasons) = (Vec::new(), Vec::new());
    for difference in upstream.merged(&document, differences.clone()).differences {
        if difference.impact == Impact::Breaking || difference.edits.is_empty() {
            continue;
        }
        // An earlier one may have applied it, if operations share a schema.
        if !differences.iter().any(|other| is_same(other, &difference)) {
            continue;
        }
        match attempt(&document, &differences, &upstream, &difference) {
            Ok((edited, rest, note)) => {
                let gone = differences.iter().filter(|one| !rest.iter().any(|other| is_same(one, other)));
                let operations = gone.flat_map(|one| one.operations.clone()).collect::<BTreeSet<_>>();
                let operations = operations.into_iter().collect();
                applied.push((Difference { operations, ..difference }, note));
                (document, differences) = (edited, rest);
            }
            Err(reason) => reasons.push((difference, reason)),
        }
    }
    let text = match applied.is_empty() {
        true => ours.text.to_owned(),
        false => written(document.root().value())?,
    };
    let files = generate(Source { file: ours.file, text: &text }, options)?.files;
    let left = upstream.merged(&document, differences);
    Ok(Synced { text, files, applied, reasons, left })
}

/// Returns whether two differences are the same. The second may belong to several operations that include those of the
/// first.
fn is_same(one: &Difference, other: &Difference) -> bool {
    let are_common = one.operations.iter().all(|operation| other.operations.contains(operation));
    are_common && one.place == other.place && one.message == other.message
}

/// Applies one difference. Returns the document, the remaining differences and a note, or the reason for a failure.
fn attempt(
    document: &Document,
    differences: &[Difference],
    upstream: &Upstream,
    difference: &Difference,
) -> Result<(Document, Vec<Difference>, Option<String>), String> {
    let mut edited = document.root().value().clone();
    if !difference.edits.iter().all(|edit| edit.apply(&mut edited)) {
        return Err("our document has no location for it".to_owned());
    }
    let (edited, note) = accepted(document.file(), edited, &difference.edits)?;
    let rest = upstream.differences(&edited).map_err(|problem| problem.to_string())?;
    // The addition itself may differ slightly, because of our conventions.
    let is_within = |one: &Difference| {
        let place = one.ours.as_deref().unwrap_or_default();
        let is_there = one.upstream.is_some() && one.impact == Impact::Compatible;
        is_there && difference.edits.iter().any(|edit| place.starts_with(edit.pointer()))
    };
    let is_known = |one: &&Difference| is_within(one) || differences.iter().any(|known| is_same(known, one));
    if let Some(other) = rest.iter().find(|one| !is_known(one)) {
        let operation = other.operations.join(", ");
        return Err(format!(
            "our schema is shared, and then {operation} would differ: {}: {}",
            other.place, other.message
        ));
    }
    let is_required = difference.edits.iter().any(|edit| edit.pointer().ends_with("/required"));
    let note = note.or_else(|| is_required.then(|| "required: the examples must have it too".to_owned()));
    Ok((edited, rest, note))
}

/// Checks that the generator accepts a document. If necessary, strings with the name of a secret are marked as secrets.
fn accepted(file: &str, edited: Value, edits: &[Edit]) -> Result<(Document, Option<String>), String> {
    let document =
        |value: Value| Document::of(file, value, Policy::Strict).map_err(|problem| problem.to_string());
    let candidate = document(edited)?;
    let Err(problems) = lower(&candidate, false) else { return Ok((candidate, None)) };
    let mut marked = candidate.root().value().clone();
    let mut names = Vec::new();
    for Problem { pointer, .. } in &problems.0 {
        let is_new = edits.iter().any(|edit| pointer.starts_with(edit.pointer()));
        let Some(schema) = marked.pointer_mut(pointer).and_then(Value::as_object_mut) else { continue };
        if is_new && !schema.contains_key("format") {
            schema.insert("format".to_owned(), "password".into());
            names.push(format!("#{pointer}"));
        }
    }
    let marked = document(marked)?;
    match lower(&marked, false) {
        Ok(_) => Ok((marked, Some(format!("marked as a secret: {}", names.join(", "))))),
        Err(_) => Err(format!("the generator rejects it: {problems}")),
    }
}

/// Formats a document like ours.
fn written(document: &Value) -> io::Result<String> {
    let text = serde_json::to_string_pretty(document)?;
    Ok(text + "\n")
}

impl Synced {
    /// Writes the document and the client of a vendor. After a failure, both are unchanged.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read or written.
    pub fn write(&self, repository: &Path, vendor: &str) -> io::Result<Vec<Change>> {
        if self.applied.is_empty() {
            return Ok(Vec::new());
        }
        let document = repository.join(format!("openapi/{vendor}/openapi.json"));
        let directory = repository.join(format!("crates/{vendor}/src/generated"));
        let before = Before::read(&document, &directory)?;
        let written = ensure_file(&document, &self.text, Mode::Write).and_then(|change| {
            let mut changes: Vec<_> = change.into_iter().collect();
            changes.extend(ensure(&directory, &self.files, Mode::Write)?);
            Ok(changes)
        });
        written.inspect_err(|_| before.restore(&directory))
    }
}

/// The original contents of files.
struct Before(Vec<(PathBuf, Vec<u8>)>);

impl Before {
    fn read(document: &Path, directory: &Path) -> io::Result<Self> {
        let mut files = vec![(document.to_owned(), fs::read(document)?)];
        for path in listed(directory)? {
            files.push((path.clone(), fs::read(path)?));
        }
        Ok(Self(files))
    }

    /// Restores the files. Errors are ignored, because another failure is being reported.
    fn restore(&self, directory: &Path) {
        let now = listed(directory).unwrap_or_default().into_iter();
        for path in now.filter(|path| !self.0.iter().any(|(known, _)| known == path)) {
            let _ = fs::remove_file(path);
        }
        for (path, bytes) in &self.0 {
            let _ = path.parent().map(fs::create_dir_all);
            let _ = fs::write(path, bytes);
        }
    }
}

impl fmt::Display for Synced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |title: &str, difference: &Difference, note: Option<&String>| {
            writeln!(f, "{title}: {}: {}", difference.place, difference.message)?;
            writeln!(f, "    {}", difference.operations.join(", "))?;
            note.map_or(Ok(()), |note| writeln!(f, "    {note}"))
        };
        for (difference, note) in &self.applied {
            line("applied", difference, note.as_ref())?;
        }
        for (difference, reason) in &self.reasons {
            line("omitted", difference, Some(reason))?;
        }
        if !self.applied.is_empty() || !self.reasons.is_empty() {
            writeln!(f)?;
        }
        if self.left.impact().is_some() {
            writeln!(f, "Remaining differences:\n")?;
        }
        write!(f, "{}", self.left)
    }
}
