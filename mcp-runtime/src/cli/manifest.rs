//! `manifest`: the server's contract, printed or written to a file.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{lock, output};
use crate::error::Error;
use crate::manifest::Manifest;

#[derive(Args)]
pub(super) struct Options {
    /// The form of the document.
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
    /// Write to this file instead of stdout. A file that is there is replaced as a whole, or kept.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the lock that `check --lock` compares with.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["format", "output"])]
    lock: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Everything, for programs and for comparison.
    Json,
    /// A document for a repository.
    Md,
    /// One page for reviewers, without anything to load.
    Html,
    #[value(help = "OpenAPI 3.1: each tool as an operation")]
    Openapi,
}

/// # Errors
///
/// A file that can't be written.
pub(super) fn run(manifest: &Manifest, options: &Options) -> Result<(), Error> {
    if let Some(path) = &options.lock {
        return lock::write(manifest, path);
    }
    let text = match options.format {
        Format::Json => manifest.json(),
        Format::Md => manifest.markdown(),
        Format::Html => manifest.html(),
        Format::Openapi => manifest.openapi(),
    };
    match &options.output {
        Some(path) => output::replace(path, &text),
        None => super::print(&text),
    }
}
