//! Records as lines for people.

use std::fmt::Write;

use crate::audit::view::View;

/// One record in one line.
pub(super) fn line(view: &View) -> String {
    let mut line = format!(
        "{:24}  {:<20} {:<8} {:>9}  {} by {}",
        plain(&view.time),
        outcome(view),
        view.effect.as_deref().map(plain).unwrap_or_default(),
        latency(view),
        named(view.tool.as_deref()),
        named(view.principal.as_deref().or(view.peer.as_deref())),
    );
    for (what, said) in [("call", &view.call_id), ("replay of", &view.replay_of)] {
        if let Some(said) = said {
            // Writing to a string doesn't fail.
            let _ = write!(line, "  {what} {}", plain(said));
        }
    }
    if let Some(count) = view.count.filter(|count| *count > 1) {
        let _ = write!(line, "  {count} alike");
    }
    let erased: Vec<String> = view
        .bodies
        .iter()
        .take(5)
        .map(|(from, to)| if from == to { from.to_string() } else { format!("{from} to {to}") })
        .collect();
    if !erased.is_empty() {
        let more = if view.bodies.len() > erased.len() { ", …" } else { "" };
        let _ = write!(line, "  records {}{more}", erased.join(", "));
    }
    line.push('\n');
    line
}

/// What came of it, in one word.
pub(super) fn outcome(view: &View) -> String {
    match (view.kind.as_str(), &view.outcome) {
        (_, Some(outcome)) => plain(outcome),
        ("intent", None) => "(no outcome)".to_owned(),
        (kind, None) => plain(kind),
    }
}

pub(super) fn latency(view: &View) -> String {
    let Some(micros) = view.latency_us else { return String::new() };
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{} ms", micros / 1_000),
        _ => format!("{}.{} s", micros / 1_000_000, micros / 100_000 % 10),
    }
}

pub(super) fn named(name: Option<&str>) -> String {
    name.map_or_else(|| "-".to_owned(), plain)
}

/// A text without what a terminal would obey.
pub(super) fn plain(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { vec!['\u{fffd}'] } else { vec![c] }).collect()
}
