//! Everything that is measured, as tables: on stdout, and as docs/performance.md.

use std::fmt::Write as _;
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};

use super::part::{Bench, Part, Results};
use super::programs::{Program, Programs};
use super::{
    compile, goals, http, in_process, lists, machine, memory, records, scale, stdio, throughput,
    versions,
};
use crate::workspace::{Workspace, write};

/// In the order of the page.
const PARTS: [Part; 9] = [
    http::PART,
    throughput::PART,
    in_process::PART,
    stdio::PART,
    lists::PART,
    memory::PART,
    scale::PART,
    records::PART,
    compile::PART,
];

const HEAD: &str = "\
# What it costs

<!-- Written by `cargo xtask bench --write`: nothing here was not run. -->
";

const METHOD: &str = "\
Every server has the same tool: three arguments, and about 400 bytes of structured result, which the
answer holds as text too. The protocol is 2026-07-28, answers are JSON, connections stay open and
have `TCP_NODELAY`; programs are compiled in release, and log nothing. The *usual policies* are a
scope, rules for arguments, a rate limit, a timeout, audit in memory and metrics; *all policies of a
read* are these and a check, a cost, a dependency with a breaker and a limit, a limit of the tool's
own, retries, a cache, a bound on the result and a heartbeat. tower-mcp's *layers* are a timeout, a
limit and its own validation. The servers' sources are in `tests/bench/`, the peers' with a lock file
of their own. `cargo xtask bench --write` measures everything and writes this page.
";

/// The parts that are named, or all of them.
fn chosen(named: &[&str]) -> Result<Vec<Part>> {
    if let Some(unknown) = named.iter().find(|name| PARTS.iter().all(|part| part.name != **name)) {
        let all = PARTS.map(|part| part.name).join(", ");
        bail!("there is no part `{unknown}` of the benchmark, but {all}");
    }
    let is_named = |part: &Part| named.is_empty() || named.contains(&part.name);
    Ok(PARTS.into_iter().filter(is_named).collect())
}

/// Measures the parts that are named, or all of them; these can be written down.
pub(crate) fn run(workspace: &Workspace, named: &[&str], written: bool) -> Result<()> {
    let parts = chosen(named)?;
    let missing: Vec<String> = parts
        .iter()
        .filter_map(|part| (part.ready?)(workspace).err())
        .map(|error| format!("{error:#}"))
        .collect();
    ensure!(missing.is_empty(), "nothing was measured:\n{}", missing.join("\n"));
    let needed: Vec<Program> = parts.iter().flat_map(|part| part.programs).copied().collect();
    let bench = Bench { workspace, programs: Programs::build(workspace, &needed)? };
    let head = taken_on(workspace)?;
    let (mut results, mut sections) = (Results::default(), String::new());
    let minutes: f64 = parts.iter().map(|part| part.minutes).sum();
    println!("measuring, which takes about {minutes:.0} min where nothing else runs");
    let begun = Instant::now();
    for (number, part) in parts.iter().enumerate() {
        let so_far = begun.elapsed().as_secs_f64() / 60.0;
        let Part { name, title, method, minutes, .. } = part;
        println!("\n[{so_far:.1} min] {name}, {} of {}: {minutes:.1} min", number + 1, parts.len());
        let tables = (part.measure)(&bench, &mut results).with_context(|| {
            format!("the part `{name}` failed; `cargo xtask bench {name}` tries it alone")
        })?;
        println!("\n{tables}");
        write!(sections, "\n## {title}\n\n{}\n\n{}", wrapped(method), paragraphs(&tables))?;
    }
    let goals = goals::table(&results).map(|table| format!("\n## In short\n\n{table}"));
    let goals = goals.unwrap_or_default();
    println!("[{:.1} min] done\n{goals}", begun.elapsed().as_secs_f64() / 60.0);
    if written {
        let rest = left_out(&parts);
        let page = format!("{HEAD}{goals}\n## How\n\n{METHOD}{rest}\n{head}{sections}");
        let path = workspace.root.join("docs/performance.md");
        write(&path, &page)?;
        println!("{} is what was measured", path.display());
    }
    Ok(())
}

/// What a page says about the parts that it doesn't have.
fn left_out(parts: &[Part]) -> String {
    let is_there = |one: &Part| parts.iter().any(|part| part.name == one.name);
    let rest: Vec<_> = PARTS.iter().filter(|part| !is_there(part)).map(|part| part.name).collect();
    if rest.is_empty() {
        return String::new();
    }
    let sentence = format!("Not measured in this run: {}.", rest.join(", "));
    format!("\n{}\n", wrapped(&sentence))
}

/// Where and of what figures are taken.
fn taken_on(workspace: &Workspace) -> Result<String> {
    let mut text = "Taken on:\n\n".to_owned();
    for line in machine::lines().into_iter().chain(versions::lines(workspace)?) {
        writeln!(text, "- {line}")?;
    }
    Ok(text)
}

/// The same with its paragraphs wrapped, and its tables as they are.
fn paragraphs(text: &str) -> String {
    text.lines().fold(String::new(), |text, line| {
        let line = if line.starts_with('|') { line.to_owned() } else { wrapped(line) };
        text + &line + "\n"
    })
}

/// Lines of at most a hundred characters.
fn wrapped(text: &str) -> String {
    let mut lines = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let wide = word.chars().count();
        if length > 0 && length + 1 + wide > 100 {
            lines.push('\n');
            length = 0;
        } else if length > 0 {
            lines.push(' ');
            length += 1;
        }
        lines.push_str(word);
        length += wide;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_chosen_by_their_names() {
        let names = |named: &[&str]| {
            chosen(named).map(|parts| parts.iter().map(|part| part.name).collect::<Vec<_>>())
        };
        assert_eq!(names(&[]).unwrap().len(), PARTS.len());
        assert_eq!(names(&["scale", "http"]).unwrap(), ["http", "scale"]);
        let error = names(&["htp"]).unwrap_err().to_string();
        assert!(error.contains("`htp`") && error.contains("http, throughput"), "{error}");
    }

    #[test]
    fn a_page_names_the_parts_that_it_does_not_have() {
        assert_eq!(left_out(&PARTS), "");
        let some = chosen(&["http", "throughput", "calls", "stdio", "lists", "compile"]).unwrap();
        assert_eq!(left_out(&some), "\nNot measured in this run: memory, scale, records.\n");
    }

    #[test]
    fn one_command_takes_twenty_minutes_at_most() {
        assert!(PARTS.iter().map(|part| part.minutes).sum::<f64>() <= 20.0);
    }

    #[test]
    fn sentences_are_wrapped_and_tables_are_not() {
        let row = format!("| {} |", "wide ".repeat(30));
        let sentence = "word ".repeat(30);
        let text = paragraphs(&format!("{sentence}\n\n{row}\n"));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4, "{text}");
        assert!(lines[0].len() <= 100 && lines[1].starts_with("word"), "{text}");
        assert_eq!(lines[3], row);
    }
}
