//! Commands of this repository.

mod capabilities;
mod generation;
mod new_vendor;

pub use capabilities::capabilities;
pub use generation::options;
pub use new_vendor::{NewVendor, Scaffold, new_vendor};
