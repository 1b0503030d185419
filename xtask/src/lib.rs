//! Commands of this repository.

mod capabilities;
mod new_vendor;

pub use capabilities::capabilities;
pub use new_vendor::{NewVendor, Scaffold, new_vendor};
