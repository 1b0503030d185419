#![doc = include_str!("../README.md")]

mod applying;
mod declaration;
mod identity;
mod planning;

pub use crate::applying::apply;
pub use crate::applying::host::{Delivery, Host, Outcome, StepError, UndeliveredError};
pub use crate::declaration::destination::{CredentialSource, Destination};
pub use crate::declaration::duration::{InvalidPeriod, Period};
pub use crate::declaration::key::{DeclaredKey, Expires, Rotate};
pub use crate::declaration::{Declaration, DeclarationError, Marking};
pub use crate::identity::mark::{InvalidMark, KeyState, Mark};
pub use crate::identity::state::{InvalidState, State};
pub use crate::identity::{Identity, InvalidIdentity};
pub use crate::planning::compare::Change;
pub use crate::planning::inventory::Inventory;
pub use crate::planning::step::{Action, Found, Plan, Retired, Step};
pub use crate::planning::{PlanOptions, plan};
