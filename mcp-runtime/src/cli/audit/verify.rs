//! `audit verify`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{From, UNSOUND, print};
use crate::audit::checkpoint::{External, beside_log};
use crate::audit::verify::{Report, verify};
use crate::audit::{AuditKeys, AuditPlace, read_keys};
use crate::config::Settings;
use crate::error::Error;
use crate::server::Server;

#[derive(Args)]
pub(super) struct Verify {
    /// A checkpoint that was kept elsewhere; may be repeated. Without it, the one beside the log,
    /// where there is one: who could cut the log could replace that, too.
    #[arg(long = "checkpoint", value_name = "FILE")]
    pub(super) checkpoints: Vec<PathBuf>,
    /// The key that signs checkpoints. Without it, the one of the settings, or beside the log.
    #[arg(long, value_name = "FILE")]
    pub(super) key_file: Option<PathBuf>,
    /// Look at the chain alone, where there is no key: whoever can write to the log could have made
    /// all of it anew.
    #[arg(long, conflicts_with = "key_file")]
    pub(super) without_key: bool,
    #[command(flatten)]
    pub(super) from: From,
}

pub(super) fn run(server: Server, args: &Verify) -> Result<u8, Error> {
    let (text, code) = look(server, args)?;
    print(&text)?;
    Ok(code)
}

/// What is to be said about the log, and the exit code.
pub(super) fn look(server: Server, args: &Verify) -> Result<(String, u8), Error> {
    let settings = args.from.settings(server)?;
    let (path, log) = args.from.open(&settings)?;
    let keys = keys(args, &settings, &path).map_err(Error::settings)?;
    let (kept, whence) = checkpoints(args, &path).map_err(Error::settings)?;
    let report = verify(&*log, keys.as_ref(), &kept).map_err(Error::settings)?;
    let text = told(&path, &report, keys.is_some(), &whence);
    Ok((text, if report.is_sound() { 0 } else { UNSOUND }))
}

/// The key that is named, which has to be there; else one that is where it belongs. Of a log that
/// is named with --log, that is beside it.
fn keys(args: &Verify, settings: &Settings, log: &Path) -> Result<Option<AuditKeys>, String> {
    if args.without_key {
        return Ok(None);
    }
    if let Some(path) = &args.key_file {
        return read_keys(path).map(Some);
    }
    let mut settings = settings.clone();
    if args.from.log.is_some() {
        settings.audit.place = AuditPlace::File(log.to_owned());
    }
    match settings.audit_key_file().filter(|path| path.exists()) {
        Some(path) => read_keys(&path).map(Some),
        None => Err("the key that signs the log isn't there: name it with --key-file, or look at \
                     the chain alone with --without-key"
            .to_owned()),
    }
}

fn checkpoints(args: &Verify, log: &Path) -> Result<(Vec<External>, String), String> {
    if !args.checkpoints.is_empty() {
        let kept = args.checkpoints.iter().map(|path| External::read(path));
        let whence = format!("checkpoint files held against it: {}", args.checkpoints.len());
        return Ok((kept.collect::<Result<_, _>>()?, whence));
    }
    let beside = beside_log(log);
    if !beside.exists() {
        return Ok((Vec::new(), String::new()));
    }
    let whence = format!("held against {}, which stands beside it", beside.display());
    Ok((vec![External::read(&beside)?], whence))
}

pub(super) fn told(path: &Path, report: &Report, keys: bool, whence: &str) -> String {
    let mut text = format!(
        "{}: {} records, {} of them erased, {} checkpoints\n",
        path.display(),
        report.records,
        report.erased,
        report.checkpoints,
    );
    let mut say = |line: &str| {
        text.push_str(line);
        text.push('\n');
    };
    if !whence.is_empty() {
        say(whence);
    }
    let end = report.head.seq;
    match (keys, report.signed) {
        (false, _) => say(
            "no signature was looked at (--without-key): whoever can write to the log could have \
             made all of it anew",
        ),
        (true, Some(signed)) if signed == end => say("signed to its end"),
        (true, signed) => {
            let signed = signed.unwrap_or_default();
            let upto =
                if signed > 0 { format!("signed up to record {signed}; ") } else { String::new() };
            if end > signed {
                say(&format!(
                    "{upto}records {} to {end} come after the last checkpoint: their chain is \
                     looked at, but whoever can write to the log could have made them",
                    signed + 1
                ));
            }
        }
    }
    if report.open > 0 {
        say(&format!(
            "calls without an outcome: {}; they run, or the server ended before they did and \
             closes them when it starts again",
            report.open
        ));
    }
    for problem in &report.problems {
        let _ = writeln!(text, "WRONG: {problem}");
    }
    if report.more > 0 {
        let _ = writeln!(text, "WRONG: and {} more", report.more);
    }
    text.push_str(if report.is_sound() {
        "no problem found\n"
    } else {
        "it isn't what was written\n"
    });
    text
}
