//! The manifest: a server's contract as a document, and the lock that notices its changes.

mod model;

pub(crate) use model::Manifest;
