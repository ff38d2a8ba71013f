use std::path::Path;
use std::time::Duration;

use super::verify::Verify;
use super::*;
use crate::audit::checkpoint::beside_log;
use crate::audit::testing::{begins, clock, ends, intent, noon, outcome, refusal};
use crate::audit::{AuditPlace, AuditSettings};
use crate::audit::{Draft, Intent, Outcome, Refusal, load_keys, open_place};
use crate::store::journal::Entry;

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn at(seconds: u64) -> std::time::SystemTime {
    noon() + Duration::from_secs(seconds)
}

fn nested(call: &str, parent: Option<&str>, trace: Option<&str>, seconds: u64) -> Draft {
    let intent = intent(call, "ship", at(seconds));
    Draft::Intent(Box::new(Intent {
        parent: parent.map(Into::into),
        trace: trace.map(Into::into),
        request_id: None,
        ..intent
    }))
}

/// `a` calls `b`, which calls `c`; `d` is of the trace of `a`; `e` is a replay of `c`; `f` goes on;
/// two refusals stand alone.
fn records() -> Vec<Draft> {
    let replay = Outcome {
        replay_of: Some("c".into()),
        code: "ok".into(),
        ..outcome("e", "ship", 9, at(9))
    };
    let failed = Outcome { code: "timeout".into(), ..outcome("d", "ship", 7, at(8)) };
    let stranger = Refusal {
        principal: None,
        peer: Some("10.0.0.1".to_owned()),
        tool: None,
        ..refusal("unauthenticated", at(12))
    };
    vec![
        nested("a", None, Some(TRACE), 1),
        nested("b", Some("a"), None, 2),
        nested("c", Some("b"), None, 3),
        ends("c", 3, at(4)),
        ends("b", 2, at(5)),
        ends("a", 1, at(6)),
        nested("d", None, Some(TRACE), 7),
        Draft::Outcome(Box::new(failed)),
        nested("e", None, None, 9),
        Draft::Outcome(Box::new(replay)),
        Draft::Refusal(Box::new(refusal("rate_limited", at(10)))),
        begins("f", at(11)),
        Draft::Refusal(Box::new(stranger)),
    ]
}

async fn write(path: &Path, records: Vec<Draft>) {
    let key = load_keys(&path.with_file_name("audit.jsonl.key")).unwrap();
    let settings =
        AuditSettings { place: AuditPlace::File(path.to_owned()), ..AuditSettings::default() };
    let journal = open_place(&settings, key, clock(), None).unwrap().unwrap();
    for record in records {
        journal.write(Entry { record: Some(record), ..Entry::default() }).await.unwrap();
    }
    journal.write(Entry { seal: true, ..Entry::default() }).await.unwrap();
}

fn from(log: &Path) -> From {
    From { log: Some(log.to_owned()), common: Common { config: None } }
}

fn filter(set: impl FnOnce(&mut FilterArgs)) -> Filter {
    let mut args = FilterArgs::default();
    set(&mut args);
    Filter::new(&args, &clock()).unwrap()
}

fn log(path: &Path) -> Box<dyn Log> {
    open_log(path).unwrap()
}

#[tokio::test(start_paused = true)]
async fn each_call_is_one_line_and_the_newest_is_last() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    write(&path, records()).await;
    let (text, read) = told(&*log(&path), &Filter::default(), 100);
    read.unwrap();
    let calls: Vec<&str> =
        text.lines().map(|line| line.split("  call ").nth(1).unwrap_or("-")).collect();
    assert_eq!(calls, ["c", "b", "a", "d", "e  replay of c", "-", "f", "-"]);
    assert!(text.lines().nth(6).unwrap().contains("(no outcome)"), "{text}");
    let first = text.lines().next().unwrap();
    assert!(first.starts_with("2027-01-15T08:00:04.000Z  ok "), "{first}");
    assert!(first.contains("applied") && first.contains("1 ms") && first.contains("pay by anna"));
    let (text, _) = told(&*log(&path), &Filter::default(), 2);
    assert_eq!(text.lines().count(), 2);
    assert!(text.contains("call f") && text.contains("- by 10.0.0.1"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn records_are_chosen_by_caller_tool_time_and_outcome() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    write(&path, records()).await;
    let seqs = |filter: Filter| {
        let mut out = Vec::new();
        assert_eq!(export(&*log(&path), &filter, &mut out).unwrap(), 0);
        let text = String::from_utf8(out).unwrap();
        let seq = |line: &str| {
            let body: serde_json::Value = serde_json::from_str(line).unwrap();
            body["seq"].as_u64().unwrap()
        };
        text.lines().map(seq).collect::<Vec<_>>()
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(seqs(Filter::default()).len(), 13);
    assert_eq!(seqs(filter(|args| args.caller = some("bert"))), [11]);
    assert_eq!(seqs(filter(|args| args.caller = some("10.0.0.1"))), [13]);
    assert_eq!(seqs(filter(|args| args.tool = some("pay"))), [4, 5, 6, 11, 12]);
    assert_eq!(seqs(filter(|args| args.outcome = some("timeout"))), [8]);
    assert_eq!(seqs(filter(|args| args.outcome = some("ok"))), [4, 5, 6, 10]);
    assert_eq!(seqs(filter(|args| args.id = some("b"))), [2, 5]);
    assert_eq!(seqs(filter(|args| args.id = some(TRACE))), [1, 7]);
    assert_eq!(seqs(filter(|args| args.id = TRACE.split('-').nth(1).map(str::to_owned))), [1, 7]);
    let since = |args: &mut FilterArgs| args.since = some("2027-01-15T08:00:10Z");
    assert_eq!(seqs(filter(since)), [11, 12, 13]);
    assert_eq!(seqs(filter(|args| args.until = some("2027-01-15T09:00:02+01:00"))), [1]);
    assert_eq!(seqs(filter(|args| args.until = some("2027-01-15"))), [0_u64; 0]);
    assert_eq!(seqs(filter(|args| args.since = some("2027-01-15"))).len(), 13);
    let later = clock();
    later.forward(Duration::from_secs(20));
    let args = FilterArgs { since: some("10s"), ..FilterArgs::default() };
    assert_eq!(seqs(Filter::new(&args, &later).unwrap()), [11, 12, 13]);
    let args = FilterArgs { since: some("yesterday"), ..FilterArgs::default() };
    assert!(Filter::new(&args, &later).is_err());
}

#[tokio::test(start_paused = true)]
async fn an_id_shows_the_whole_chain_of_its_calls() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    write(&path, records()).await;
    let heads = |id: &str| {
        let (text, read) = chain::told(&*log(&path), id, &Filter::default(), 100);
        read.unwrap();
        let head = |line: &str| {
            let indent = line.len() - line.trim_start().len();
            let call = line.split(", call ").nth(1)?.split(',').next()?;
            Some(format!("{indent}{call}"))
        };
        text.lines().filter_map(head).collect::<Vec<_>>()
    };
    // From wherever one begins; the replay names the call whose answer it is.
    for id in ["a", "b", "c", "d", TRACE] {
        assert_eq!(heads(id), ["0a", "2b", "4c", "0d"], "{id}");
    }
    assert_eq!(heads("e"), ["0a", "2b", "4c", "0d", "0e"]);
    assert_eq!(heads("f"), ["0f"]);
    let (text, _) = chain::told(&*log(&path), "e", &Filter::default(), 100);
    assert!(text.contains("record 10: outcome ok, effect applied, 1 ms, replay of c"), "{text}");
    let (text, _) = chain::told(&*log(&path), "nobody", &Filter::default(), 100);
    assert_eq!(text, "no record has this id\n");
}

#[tokio::test(start_paused = true)]
async fn a_circle_of_parents_ends() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    write(&path, vec![nested("a", Some("b"), None, 1), nested("b", Some("a"), None, 2)]).await;
    let (text, _) = chain::told(&*log(&path), "a", &Filter::default(), 100);
    assert_eq!(text.matches(", call ").count(), 2, "{text}");
}

#[tokio::test(start_paused = true)]
async fn verify_exits_with_20_once_something_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    write(&path, records()).await;
    let run = |checkpoints: Vec<PathBuf>| {
        let args = Verify { checkpoints, key_file: None, without_key: false, from: from(&path) };
        verify::look(Server::new("t", "1"), &args).unwrap().1
    };
    assert_eq!(run(Vec::new()), 0);
    let elsewhere = folder.path().join("elsewhere");
    std::fs::rename(beside_log(&path), &elsewhere).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let cut: String = text.split_inclusive('\n').take(5).collect();
    std::fs::write(&path, cut).unwrap();
    assert_eq!(run(Vec::new()), 0, "the log alone doesn't show it");
    assert_eq!(run(vec![elsewhere]), UNSOUND);
    std::fs::write(&path, text.replacen("anna", "bert", 1)).unwrap();
    assert_eq!(run(Vec::new()), UNSOUND);
    let mut unsigned =
        Verify { checkpoints: Vec::new(), key_file: None, without_key: true, from: from(&path) };
    std::fs::write(&path, &text).unwrap();
    std::fs::remove_file(folder.path().join("audit.jsonl.key")).unwrap();
    assert_eq!(verify::look(Server::new("t", "1"), &unsigned).unwrap().1, 0);
    unsigned.without_key = false;
    let problem = verify::look(Server::new("t", "1"), &unsigned).unwrap_err().to_string();
    assert!(problem.contains("--without-key"), "{problem}");
    let missing = Verify {
        checkpoints: vec!["no".into()],
        key_file: None,
        without_key: false,
        from: from(&path),
    };
    assert!(verify::look(Server::new("t", "1"), &missing).is_err());
}

#[test]
fn what_is_verified_says_how_far_signatures_reach() {
    use crate::audit::chain::Head;
    use crate::audit::verify::Report;
    let report = Report {
        records: 12,
        erased: 3,
        checkpoints: 1,
        head: Head { seq: 12, hash: [0; 32] },
        signed: Some(10),
        open: 1,
        problems: vec![],
        more: 0,
    };
    let say = |report: &Report, keys| verify::told(Path::new("a.jsonl"), report, keys, "");
    let text = say(&report, true);
    assert!(text.contains("signed up to record 10; records 11 to 12 come after"), "{text}");
    assert!(text.contains("calls without an outcome: 1;") && text.ends_with("no problem found\n"));
    let text = say(&Report { signed: Some(12), ..report.clone() }, true);
    assert!(text.contains("signed to its end"), "{text}");
    let text = say(&Report { signed: None, ..report.clone() }, true);
    assert!(text.contains("records 1 to 12 come after the last checkpoint"), "{text}");
    assert!(say(&report, false).contains("no signature was looked at"));
    let wrong = Report { problems: vec!["record 4 is missing".to_owned()], more: 7, ..report };
    let text = say(&wrong, true);
    assert!(text.contains("WRONG: record 4 is missing\nWRONG: and 7 more\n"), "{text}");
}

#[test]
fn the_log_is_the_one_of_the_settings_or_the_one_that_is_named() {
    let server = Server::new("t", "1");
    let nowhere = From { log: None, common: Common { config: None } };
    let problem = nowhere.open(server.settings()).err().unwrap().to_string();
    assert!(problem.contains("--log") && problem.contains("`audit.log`"), "{problem}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    std::fs::write(&path, "something else\n").unwrap();
    let problem = from(&path).open(server.settings()).err().unwrap().to_string();
    assert!(problem.contains("it is no audit log"), "{problem}");
    let server = server.audit(crate::AuditLog::file(&path));
    assert!(nowhere.open(server.settings()).err().unwrap().to_string().contains("it is no audit"));
}

#[test]
fn a_text_of_the_log_does_nothing_to_a_terminal() {
    assert_eq!(lines::plain("a\u{1b}[2Jb\nc"), "a\u{fffd}[2Jb\u{fffd}c");
}
