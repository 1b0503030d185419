//! The document as judge: what the clients send is held against it, and what they are sent is made from it.

pub mod answer;
pub mod document;
pub mod findings;
pub mod judge;
pub mod outcome;
pub mod perform;
pub mod sample;
pub mod stage;
pub mod variation;
pub mod vendor;
pub mod wire;
