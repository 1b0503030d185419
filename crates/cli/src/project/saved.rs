//! Saved plans.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use api_keys_plan::{Declaration, Plan};
use serde::{Deserialize, Serialize};

use super::{Project, ProjectArgs};
use crate::failure::Failure;
use crate::file::replace;
use crate::output::json::VERSION;

/// A plan with all that is needed to make it again.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SavedPlan {
    version: u32,
    directory: PathBuf,
    state: PathBuf,
    pub(crate) prune: bool,
    declaration: Declaration,
    pub(crate) plan: Plan,
}

impl SavedPlan {
    pub(crate) fn new(project: &Project, plan: Plan, prune: bool) -> Self {
        Self {
            version: VERSION,
            directory: project.directory.clone(),
            state: project.state.path().to_owned(),
            prune,
            declaration: project.declaration.clone(),
            plan,
        }
    }

    pub(crate) fn write(&self, path: &Path) -> Result<(), Failure> {
        // Cannot fail: all keys of maps are strings.
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        replace(path, &format!("{text}\n")).map_err(|error| {
            Failure::new(format!("failed to write the plan {}", path.display())).caused_by(&error)
        })
    }

    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let failed = |cause: &dyn std::error::Error| {
            Failure::new(format!("failed to read the plan {}", path.display())).caused_by(cause)
        };
        let text = fs::read_to_string(path).map_err(|error| failed(&error))?;
        let saved: Self = serde_json::from_str(&text).map_err(|error| {
            failed(&error)
                .help("save a plan with `api-keys plan --out FILE`; a declaration is passed with --file")
        })?;
        match saved.version {
            VERSION => Ok(saved),
            version => Err(Failure::new(format!("unknown version {version} of the plan {}", path.display()))),
        }
    }

    /// Returns the project of the plan.
    pub(crate) fn project(&self, args: &ProjectArgs) -> Result<Project, Failure> {
        let (declaration, directory) = (self.declaration.clone(), self.directory.clone());
        Project::new(declaration, directory, BTreeMap::new(), self.state.clone(), args)
    }
}
