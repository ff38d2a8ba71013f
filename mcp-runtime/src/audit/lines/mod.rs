//! The log as lines of JSON: in a file, or wherever a program's own [`AuditSink`] takes them.
//!
//! Three kinds of lines, each exactly in this form, without other white space:
//!
//! ```text
//! {"log":"<32 hex digits>","form":1}
//! {"seq":7,"hash":"<64>","digest":"<64>","record":{…}}
//! {"checkpoint":{"seq":7,"hash":"<64>","time":1767225600000,"signature":"<64>"}}
//! ```
//!
//! The first line names the log. A record's body is what stands between `"record":` and the line's
//! last `}`, byte by byte: `digest` is its SHA-256, `hash` the chain up to it. The body of a record
//! that was erased is `null`. A checkpoint follows the last record that it covers.

mod engine;
mod erase;
mod file;
mod journal;
mod line;
mod log;
mod open;
mod scan;
mod sink;
#[cfg(feature = "testing")]
mod tear;
#[cfg(not(feature = "testing"))]
#[path = "untorn.rs"]
mod tear;

pub use line::AuditLine;
pub(crate) use log::FileLog;
pub(crate) use open::{open_custom, open_file};
pub use sink::AuditSink;
pub(crate) use sink::CustomSink;
pub(crate) use tear::Tear;

#[cfg(test)]
mod tests;
