//! The steps of a rotation, each of which is written to the journal before the next one.

use std::io;

use api_keys::{
    ApiKeyProviderExt as _, Effect, Error, ErrorKind, IssuedKey, KeyId, Operation, RotationMethod,
    RotationOptions, RotationState, Timestamp,
};

use crate::args::TargetArgs;
use crate::commands::issue;
use crate::commands::{quoted, target_options};
use crate::config::Provider;
use crate::console::warn;
use crate::crash;
use crate::failure::Failure;
use crate::human;
use crate::journal::{Entry, Journal};
use crate::lock::process::Process;
use crate::status;

const RESUME: &str = "run the same command again: it resumes the rotation";

/// Rotations at a provider.
pub(crate) struct Work<'a> {
    pub(crate) provider: &'a Provider,
    pub(crate) target: &'a TargetArgs,
    pub(crate) journal: &'a Journal,
}

/// The first step of a rotation.
pub(crate) enum Begun {
    /// Planned now, or to be resumed.
    Pending(Box<Entry>),
    /// The key was replaced by another one earlier.
    Replaced(KeyId),
}

impl Work<'_> {
    /// Finds the rotation of a key in the journal, or plans one and writes it to the journal.
    pub(crate) async fn begin(
        &self,
        id: &KeyId,
        options: &RotationOptions,
        destination: Option<String>,
    ) -> Result<Begun, Failure> {
        let name = &self.provider.name;
        if let Some(of) = self.journal.pending_successor(name, id) {
            let old = of.rotation.key.id;
            let failure = Failure::new(format!("key {id} is the successor in a pending rotation of {old}"));
            return Err(failure.help(format!("finish it first: {}", self.command("finish", &old))));
        }
        match self.journal.rotation(name, id) {
            Some(mut entry) if entry.rotation.is_pending() => {
                if entry.rotation.options != *options {
                    warn("the rotation is resumed with the options with which it was planned");
                }
                if entry.destination != destination {
                    entry.destination = destination;
                    self.record_first(&entry)?;
                }
                return Ok(Begun::Pending(Box::new(entry)));
            }
            Some(Entry { rotation, .. }) => match rotation.state {
                RotationState::Completed { new, .. } if new != *id => return Ok(Begun::Replaced(new)),
                _ => {}
            },
            None => {}
        }
        let planned = self.provider.api.plan_rotation(id, options.clone(), Timestamp::now()).await;
        let rotation = planned.map_err(|error| self.not_planned(&error))?;
        let entry = Entry { provider: name.clone(), rotation, destination, delivery: None };
        self.record_first(&entry)?;
        crash::point("planned");
        Ok(Begun::Pending(Box::new(entry)))
    }

    /// Writes a rotation to the journal before anything is sent.
    fn record_first(&self, entry: &Entry) -> Result<(), Failure> {
        self.journal.record(entry).map_err(|error| {
            Failure::new(format!("key {} was not rotated", entry.rotation.key.id))
                .detail(format!("failed to write the journal: {error}"))
                .help("pass --journal FILE")
                .status(status::FAILED)
        })
    }

    fn not_planned(&self, error: &Error) -> Failure {
        let failure =
            Failure::from_api("failed to plan the rotation; nothing was changed", &self.provider.name, error);
        match error.kind() {
            ErrorKind::UnsupportedField => {
                let fields: Vec<_> = error.violations().iter().map(|field| field.path.as_str()).collect();
                let waive: Vec<_> = fields.iter().map(|field| format!("--waive {}", quoted(field))).collect();
                let keep = match fields.contains(&"expiry") {
                    true => ", or --keep-expiry if only the time of creation is unknown",
                    false => "",
                };
                failure.help(format!("pass {} if the successor need not have the same fields{keep}", waive.join(" ")))
            }
            ErrorKind::LimitReached => failure.help(
                "revoke a key that is no longer needed, or pass --revoke-first to revoke this one before its successor \
                 exists",
            ),
            _ => failure,
        }
    }

    /// Issues the secret, and writes the id of its key to the journal before the secret can be delivered.
    pub(crate) async fn issue(&self, entry: &mut Entry) -> Result<IssuedKey, Failure> {
        self.wait_for_delivery(entry).await?;
        entry.rotation.exclude(self.journal.successors(&entry.provider));
        let issued = entry.rotation.issue(&self.provider.api, Timestamp::now()).await;
        let issued = match issued {
            Ok(issued) => issued,
            Err(error) => {
                if error.effect() == Effect::NotApplied && entry.rotation.state == RotationState::Planned {
                    // Without a successor, the next run plans again. Otherwise it resumes.
                    let _ = entry.rotation.abort(&self.provider.api, Timestamp::now()).await;
                }
                self.record(entry);
                return Err(issue::failed(self.provider, self.target, Operation::Rotate, RESUME, &error));
            }
        };
        crash::point("issued, not recorded");
        let Err(error) = self.journal.record(entry) else {
            crash::point("issued");
            return Ok(issued);
        };
        // The vendor may have invalidated the old secret, so that the new one must be delivered.
        if entry.rotation.method == RotationMethod::Native {
            warn(format_args!("failed to write the journal: {error}"));
            return Ok(issued);
        }
        let failure = Failure::new("the new secret was not delivered")
            .detail(format!("failed to write the journal: {error}"))
            .status(status::ATTENTION);
        Err(match entry.rotation.abort(&self.provider.api, Timestamp::now()).await {
            Ok(()) => failure
                .help("make room for the journal, and run the same command again")
                .status(status::FAILED),
            Err(error) => failure.help(format!("revoke the unused key {}: {error}", issued.key.id)),
        })
    }

    /// Waits for the delivery of an interrupted run, which would otherwise overwrite a later one.
    async fn wait_for_delivery(&self, entry: &Entry) -> Result<(), Failure> {
        let Some(process) = &entry.delivery else { return Ok(()) };
        if process.wait().await {
            return Ok(());
        }
        Err(Failure::new("the secret command of an interrupted run is still running")
            .detail(process.to_string())
            .help("wait for it to end, or stop it, and run the same command again")
            .status(status::FAILED))
    }

    /// Writes the process that receives the secret to the journal.
    pub(crate) fn delivering(&self, id: &KeyId, pid: u32) -> io::Result<()> {
        let written = self.journal.delivering(&self.provider.name, id, Process::new(pid));
        crash::point("delivering");
        written
    }

    /// Writes the delivery to the journal, then revokes what is due. Returns a remark on the old key.
    pub(crate) async fn delivered(&self, entry: &mut Entry) -> Result<String, Failure> {
        crash::point("delivered, not recorded");
        entry.rotation.mark_delivered(Timestamp::now());
        self.journal.record(entry).map_err(|error| {
            Failure::new("the new secret was delivered, and the old one is valid")
                .detail(format!("failed to write the journal: {error}"))
                .help("make room for the journal, and run the same command again: it delivers another secret")
                .status(status::ATTENTION)
        })?;
        crash::point("delivered");
        self.settle(entry).await
    }

    /// Continues after a recorded delivery. Returns a remark on the old key.
    pub(crate) async fn settle(&self, entry: &mut Entry) -> Result<String, Failure> {
        entry.rotation.exclude(self.journal.successors(&entry.provider));
        let before = entry.rotation.superseded.len();
        let revoked = entry.rotation.revoke_superseded(&self.provider.api).await;
        if entry.rotation.superseded.len() < before {
            crash::point("superseded revoked, not recorded");
            self.record(entry);
        }
        revoked.map_err(|error| self.unfinished(entry, &error))?;
        match entry.rotation.due() {
            Some(due) if !entry.rotation.is_due(Timestamp::now()) => {
                let by = match entry.rotation.method {
                    RotationMethod::Native => "the old secret is valid until",
                    _ => "the old key is to be revoked at",
                };
                Ok(format!("{by} {due:.0}"))
            }
            _ => self.finish(entry).await,
        }
    }

    /// Revokes the old key. Returns a remark on it.
    pub(crate) async fn finish(&self, entry: &mut Entry) -> Result<String, Failure> {
        entry.rotation.exclude(self.journal.successors(&entry.provider));
        let finished = entry.rotation.finish(&self.provider.api, Timestamp::now()).await;
        crash::point("finished, not recorded");
        self.record(entry);
        crash::point("finished");
        finished.map_err(|error| self.unfinished(entry, &error))?;
        Ok(match entry.rotation.method {
            RotationMethod::Native => "the old secret is invalid".to_owned(),
            _ => "the old key is revoked".to_owned(),
        })
    }

    /// Revokes the successor.
    pub(crate) async fn abort(&self, entry: &mut Entry) -> Result<String, Failure> {
        self.wait_for_delivery(entry).await?;
        entry.rotation.exclude(self.journal.successors(&entry.provider));
        let aborted = entry.rotation.abort(&self.provider.api, Timestamp::now()).await;
        crash::point("aborted, not recorded");
        self.record(entry);
        aborted.map_err(|error| {
            let what =
                format!("failed to abort the rotation of {}", human::clean(entry.rotation.key.id.as_str()));
            Failure::from_api(what, &self.provider.name, &error)
        })?;
        Ok("the old key remains in use".to_owned())
    }

    fn unfinished(&self, entry: &Entry, error: &Error) -> Failure {
        let old = &entry.rotation.key.id;
        let what = format!(
            "the new secret is delivered, but the rotation of {} is not finished",
            human::clean(old.as_str())
        );
        Failure::from_api(what, &self.provider.name, error)
            .help(format!("retry with: {}", self.command("finish", old)))
    }

    /// Writes a state that the next run can also determine without the journal.
    fn record(&self, entry: &Entry) {
        if let Err(error) = self.journal.record(entry) {
            warn(format_args!("failed to write the journal: {error}"));
        }
    }

    fn command(&self, verb: &str, id: &KeyId) -> String {
        format!(
            "api-keys rotations {verb} {} {}",
            quoted(id.as_str()),
            target_options(self.provider, self.target)
        )
    }
}
