//! The rules of manifests, held against one rich server.

mod arguments;
mod build;
mod digest;
mod escaping;
mod findings;
mod fixture;
mod formats;
mod marks;
mod openapi;
mod records;
#[cfg(feature = "cli")]
mod settings;
