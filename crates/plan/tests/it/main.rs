//! Planning and applying through the public interface.

mod apply;
mod declaration;
mod plan;
mod world;
