//! Market data over several exchanges that fail now and then, and the tools that offer it to a
//! model.
//!
//! [`market`] asks the exchanges over HTTP, [`tools`] puts one annotated function on each of its
//! operations, and [`upstream`] plays the exchanges, each of which can be made to fail.

pub mod listing;
pub mod market;
pub mod tools;
pub mod upstream;
