//! Recording of logs and of everything that an application could print.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};
use std::error::Error;
use std::fmt::{self, Debug};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use crate::secret_search::SecretSearch;

thread_local! {
    static THREAD: RefCell<Option<Arc<Record>>> = const { RefCell::new(None) };
}

/// Ends the record of a thread when it is dropped.
pub(crate) struct OfThread;

impl Drop for OfThread {
    fn drop(&mut self) {
        THREAD.set(None);
    }
}

/// The recorded texts and the secrets of a process or a thread.
#[derive(Default)]
pub struct Record {
    inner: Mutex<Inner>,
    hasher: RandomState,
}

#[derive(Default)]
struct Inner {
    text: Vec<u8>,
    /// Hashes of the recorded lines, because most of them are repeated.
    known: HashSet<u64>,
    secrets: BTreeSet<String>,
}

/// Omits the contents.
impl Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Record(..)")
    }
}

impl Record {
    /// Returns the record of this thread if it has one of its own, or that of this process.
    pub fn get() -> Arc<Self> {
        static RECORD: LazyLock<Arc<Record>> = LazyLock::new(Arc::default);
        THREAD.with_borrow(Clone::clone).unwrap_or_else(|| Arc::clone(&RECORD))
    }

    /// Gives this thread a record of its own until the guard is dropped.
    pub(crate) fn of_thread() -> OfThread {
        THREAD.set(Some(Arc::default()));
        OfThread
    }

    /// Adds a text.
    pub fn note(&self, text: &str) {
        let hash = self.hasher.hash_one(text);
        let mut inner = self.inner();
        if inner.known.insert(hash) {
            inner.text.extend_from_slice(text.as_bytes());
            inner.text.push(b'\n');
        }
    }

    /// Adds the `Debug` output of a value.
    pub fn value(&self, value: &impl Debug) {
        self.note(&format!("{value:?}"));
        self.note(&format!("{value:#?}"));
    }

    /// Adds an error as an application would report it, with all its causes.
    pub fn error(&self, error: &impl Error) {
        self.value(error);
        self.note(&error.to_string());
        let mut source = error.source();
        while let Some(cause) = source {
            self.note(&format!("{cause} / {cause:?} / {cause:#?}"));
            source = cause.source();
        }
    }

    /// Adds a secret that must not be recorded.
    pub fn secret(&self, secret: &str) {
        self.inner().secrets.insert(secret.to_owned());
    }

    /// Returns the number of recorded bytes.
    pub fn size(&self) -> usize {
        self.inner().text.len()
    }

    /// Returns whether a text is recorded.
    pub fn contains(&self, text: &str) -> bool {
        String::from_utf8_lossy(&self.inner().text).contains(text)
    }

    /// Returns the number of secrets.
    pub fn secrets(&self) -> usize {
        self.inner().secrets.len()
    }

    /// Returns the first recorded secret, with the surrounding text.
    pub fn leak(&self) -> Option<String> {
        let inner = self.inner();
        let (text, secrets) = (inner.text.clone(), inner.secrets.clone());
        // Concurrent recording must not be blocked.
        drop(inner);
        leak(&text, secrets.iter().map(String::as_str))
    }

    /// Like [`leak`](Self::leak), for another secret and the text after a position.
    pub fn leak_of(&self, secret: &str, behind: usize) -> Option<String> {
        let text = self.inner().text[behind..].to_vec();
        leak(&text, [secret])
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn leak<'a>(text: &[u8], secrets: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let (number, form, at) = SecretSearch::new(secrets).find(text)?;
    let around = &text[at.saturating_sub(200)..text.len().min(at + 200)];
    Some(format!("secret {number} stands there as {form}: ...{}...", String::from_utf8_lossy(around)))
}
