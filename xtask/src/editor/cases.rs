//! What is asked, and what has to come.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::session::{At, Session};

/// Where the caret stands in a replacement.
const CARET: char = '|';

pub(super) struct Case {
    pub(super) name: &'static str,
    /// Words of the file, each with what is written in its place.
    edits: &'static [(&'static str, &'static str)],
    wants: Wants,
}

enum Wants {
    /// The offers hold this one.
    Offer(&'static str),
    /// What is shown holds this.
    Text(&'static str),
    /// It leads to the line that holds this.
    Line(&'static str),
}

use Wants::{Line, Offer, Text};

const ATTRIBUTE: &str = r#"read_only, timeout = "10s", retry(attempts = 2)"#;
const CALL: &str = "ledger.balance_of(customer)";

pub(super) const CASES: &[Case] = &[
    Case {
        name: "a method is offered",
        edits: &[(CALL, "ledger.bal|")],
        wants: Offer("balance_of"),
    },
    Case {
        name: "a method is offered while a key is half-typed",
        edits: &[(ATTRIBUTE, "read_only, cache_t"), (CALL, "ledger.bal|")],
        wants: Offer("balance_of"),
    },
    Case {
        name: "a method is offered while a value is missing",
        edits: &[(ATTRIBUTE, "read_only, timeout ="), (CALL, "ledger.bal|")],
        wants: Offer("balance_of"),
    },
    Case {
        name: "a method is offered while a value is wrong",
        edits: &[(ATTRIBUTE, r#"timeout = "10""#), (CALL, "ledger.bal|")],
        wants: Offer("balance_of"),
    },
    Case {
        name: "a method is offered while two keys contradict each other",
        edits: &[(ATTRIBUTE, "read_only, destructive"), (CALL, "ledger.bal|")],
        wants: Offer("balance_of"),
    },
    Case {
        name: "an argument is offered while a nested key is half-typed",
        edits: &[(ATTRIBUTE, "retry(att)"), (CALL, "u64::from(cust|)")],
        wants: Offer("customer"),
    },
    Case {
        name: "an argument is offered while the attribute is empty",
        edits: &[(ATTRIBUTE, ""), (CALL, "u64::from(cust|)")],
        wants: Offer("customer"),
    },
    Case {
        name: "a method is offered while the rule of an argument is half-typed",
        edits: &[("range(1..)", "ran"), (CALL, "ledger.bal|")],
        wants: Offer("balance_of"),
    },
    Case {
        name: "a method shows its documentation",
        edits: &[(CALL, "ledger.balance|_of(customer)")],
        wants: Text("Adds up what a customer owes."),
    },
    Case {
        name: "a method shows its documentation while a key is half-typed",
        edits: &[(ATTRIBUTE, "time"), (CALL, "ledger.balance|_of(customer)")],
        wants: Text("Adds up what a customer owes."),
    },
    Case {
        name: "an argument shows its type",
        edits: &[(CALL, "ledger.balance_of(cust|omer)")],
        wants: Text("customer: u32"),
    },
    Case {
        name: "a method leads to its definition while a key is half-typed",
        edits: &[(ATTRIBUTE, "time"), (CALL, "ledger.balance|_of(customer)")],
        wants: Line("fn balance_of"),
    },
    Case {
        name: "a type of the signature leads to its definition",
        edits: &[("State<Ledger>", "State<Led|ger>")],
        wants: Line("struct Ledger"),
    },
    Case {
        name: "a tool of a list leads to its function",
        edits: &[("tools![balance]", "tools![bal|ance]")],
        wants: Line("async fn balance"),
    },
    Case {
        name: "a key shows what it means",
        edits: &[(ATTRIBUTE, r#"read_only, time|out = "10s""#)],
        wants: Text("How long one call may take"),
    },
    Case {
        name: "a key within a key shows what it means",
        edits: &[("attempts = 2", "atte|mpts = 2")],
        wants: Text("How often the function is tried"),
    },
    Case {
        name: "a rule of an argument shows what it means",
        edits: &[("range(1..)", "ran|ge(1..)")],
        wants: Text("Limits of a number"),
    },
    Case {
        name: "a key is offered",
        edits: &[(ATTRIBUTE, "read_only, cache_t|")],
        wants: Offer("cache_ttl"),
    },
    Case {
        name: "a key is offered before others",
        edits: &[(ATTRIBUTE, "time|, retry(attempts = 2)")],
        wants: Offer("timeout"),
    },
    Case {
        name: "a key within a key is offered",
        edits: &[("attempts = 2", "att|")],
        wants: Offer("attempts"),
    },
    Case {
        name: "a rule of an argument is offered",
        edits: &[("range(1..)", "patt|")],
        wants: Offer("pattern"),
    },
];

impl Case {
    pub(super) fn verdict(&self, source: &str, session: &mut Session) -> Result<()> {
        let at = self.place(source)?;
        match self.wants {
            Offer(wanted) => {
                let answer = session.about("textDocument/completion", &at)?;
                let offers = answer.get("items").unwrap_or(&answer);
                let labels = offers.as_array().into_iter().flatten().map(|one| &one["label"]);
                let found = labels.filter_map(Value::as_str).any(|label| label == wanted);
                ensure!(found, "`{wanted}` is not offered: {}", shortened(&answer));
            }
            Text(wanted) => {
                let answer = session.about("textDocument/hover", &at)?;
                let shown = answer["contents"]["value"].as_str().unwrap_or_default();
                ensure!(shown.contains(wanted), "not shown: {wanted}; but {}", shortened(&answer));
            }
            Line(wanted) => {
                let answer = session.about("textDocument/definition", &at)?;
                let places = answer.as_array().into_iter().flatten();
                let mut lines = places.filter_map(|place| {
                    let start = &place.get("range").or(place.get("targetRange"))?["start"]["line"];
                    at.text.lines().nth(usize::try_from(start.as_u64()?).ok()?)
                });
                let found = lines.any(|line| line.contains(wanted));
                ensure!(found, "it doesn't lead to `{wanted}`: {}", shortened(&answer));
            }
        }
        Ok(())
    }

    /// The file with its edits, and the caret.
    fn place(&self, source: &str) -> Result<At> {
        let mut text = source.to_owned();
        for (from, to) in self.edits {
            ensure!(text.matches(from).count() == 1, "`{from}` is not in the file once");
            text = text.replace(from, to);
        }
        let caret = text.find(CARET).context("no caret")?;
        text.remove(caret);
        ensure!(!text.contains(CARET), "two carets");
        Ok(At { text, caret })
    }
}

fn shortened(answer: &Value) -> String {
    let mut text = answer.to_string();
    text.truncate(text.floor_char_boundary(300));
    text
}
