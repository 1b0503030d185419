//! A simulated disk.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::sleep;

/// A disk whose writes survive the death of a process once they are synced, and perhaps before.
#[derive(Debug, Default)]
pub(super) struct Disk(Mutex<Files>);

#[derive(Debug, Default)]
struct Files {
    synced: BTreeMap<String, String>,
    unsynced: BTreeMap<String, String>,
}

impl Disk {
    /// Replaces a file, and returns once it is synced.
    pub(super) async fn write(&self, name: &str, text: String) {
        yield_now().await;
        self.files().unsynced.insert(name.to_owned(), text);
        sleep(Duration::from_millis(2)).await;
        let mut files = self.files();
        if let Some(text) = files.unsynced.remove(name) {
            files.synced.insert(name.to_owned(), text);
        }
    }

    /// Replaces a file at once, synced.
    pub(super) fn replace(&self, name: &str, text: String) {
        self.files().synced.insert(name.to_owned(), text);
    }

    /// Removes a file.
    pub(super) fn remove(&self, name: &str) {
        self.files().synced.remove(name);
    }

    /// Returns a file.
    pub(super) fn read(&self, name: &str) -> Option<String> {
        let files = self.files();
        files.unsynced.get(name).or_else(|| files.synced.get(name)).cloned()
    }

    /// Loses some of the writes that are not synced.
    pub(super) fn crash(&self, mut loses: impl FnMut(&str) -> bool) {
        let mut files = self.files();
        for (name, text) in std::mem::take(&mut files.unsynced) {
            if !loses(&name) {
                files.synced.insert(name, text);
            }
        }
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
