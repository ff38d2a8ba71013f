//! The assertions.

use mcp_runtime::{Code, Effect};
use serde_json::{Value, json};

use super::{Audit, Record};

/// What stands for a secret argument.
const SECRET: &str = "(secret)";

/// Each gives the records back, or panics with them.
impl Audit {
    /// So many calls were about to run: each function that runs has its intent before.
    #[track_caller]
    pub fn intents(&self, number: usize) -> &Self {
        self.number("intents", self.of_kind("intent").count() as u64, number)
    }

    /// So many calls that ran have their outcome.
    #[track_caller]
    pub fn outcomes(&self, number: usize) -> &Self {
        self.number("outcomes", self.of_kind("outcome").count() as u64, number)
    }

    /// So many calls were refused before they could run, those that were counted together each.
    #[track_caller]
    pub fn refusals(&self, number: usize) -> &Self {
        self.number("refused calls", self.of_kind("refusal").map(Record::calls).sum(), number)
    }

    /// So many calls were answered with an earlier one's answer.
    #[track_caller]
    pub fn replays(&self, number: usize) -> &Self {
        let replays = self.iter().filter(|record| record.replay_of().is_some());
        self.number("replays", replays.count() as u64, number)
    }

    /// There is an outcome, and every outcome is this one: `ok`, or an error's code.
    #[track_caller]
    pub fn outcome(&self, code: impl Into<Code>) -> &Self {
        let code = code.into();
        let is = |record: &Record| record.outcome() == Some(code.as_str());
        self.every("outcome", &format!("to have the outcome `{code}`"), is)
    }

    /// There is an outcome, and every outcome says that this was left behind.
    #[track_caller]
    pub fn effect(&self, effect: Effect) -> &Self {
        let effect = json!(effect);
        let is = |record: &Record| record["effect"] == effect;
        self.every("outcome", &format!("to have the effect {effect}"), is)
    }

    /// A call was refused, and every one that was, with this code.
    #[track_caller]
    pub fn refused(&self, code: impl Into<Code>) -> &Self {
        let code = code.into();
        let is = |record: &Record| record.outcome() == Some(code.as_str());
        self.every("refusal", &format!("to have the code `{code}`"), is)
    }

    /// There is an intent, and every intent has this argument in plain, and of this value.
    #[track_caller]
    pub fn plain(&self, argument: &str, value: impl Into<Value>) -> &Self {
        let value = value.into();
        let is = |record: &Record| record.argument(argument) == Some(&value);
        self.every("intent", &format!("to have `{argument}` as {value}"), is)
    }

    /// There is an intent, and every intent has this argument as a digest.
    #[track_caller]
    pub fn digested(&self, argument: &str) -> &Self {
        let is = |record: &Record| {
            let kept = record.argument(argument).and_then(Value::as_object);
            kept.is_some_and(|kept| kept.len() == 1 && kept.contains_key("digest"))
        };
        self.every("intent", &format!("to have `{argument}` as a digest"), is)
    }

    /// There is an intent, and every intent says of this argument only that it is secret.
    #[track_caller]
    pub fn secret(&self, argument: &str) -> &Self {
        let is = |record: &Record| record.argument(argument).is_some_and(|kept| kept == SECRET);
        self.every("intent", &format!("to have `{argument}` as secret"), is)
    }

    /// There is an intent, and each has one outcome, and no outcome is without an intent. Narrowed
    /// to records that belong together, such as those of a tool.
    #[track_caller]
    pub fn complete(&self) -> &Self {
        let mut open: Vec<u64> = self.of_kind("intent").map(Record::seq).collect();
        if open.is_empty() {
            self.fail("was to have an intent");
        }
        for outcome in self.of_kind("outcome") {
            let intent = outcome["intent"].as_u64().unwrap_or_default();
            match open.iter().position(|seq| *seq == intent) {
                Some(at) => drop(open.swap_remove(at)),
                None => self.fail(&format!(
                    "has the outcome {} of record {intent}, which is no intent here, or has an \
                     outcome already",
                    outcome.seq()
                )),
            }
        }
        if let Some(intent) = open.iter().min() {
            self.fail(&format!("was to have an outcome of intent {intent}"));
        }
        self.all_seen()
    }

    /// Some record holds a text.
    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        if !self.iter().any(|record| holds(record, text)) {
            self.fail(&format!("doesn't say `{text}`"));
        }
        self
    }

    /// No record holds a text, such as a secret.
    ///
    /// # Panics
    ///
    /// With the record that holds it; and where there is no record, or more of them than are looked
    /// at, since nothing would follow from that.
    #[track_caller]
    pub fn never_says(&self, text: &str) -> &Self {
        if self.is_empty() {
            self.fail("was to have a record, without which nothing follows");
        }
        if let Some(record) = self.iter().find(|record| holds(record, text)) {
            self.fail(&format!("says `{text}` in\n  {}", record.json()));
        }
        self.all_seen()
    }

    /// The whole log, of which these records are a part, is chained: no record was changed, taken
    /// out or put in. Whether it was signed is not looked at.
    ///
    /// # Panics
    ///
    /// With what is wrong with it, and where it can't be read back.
    #[track_caller]
    pub fn chain_holds(&self) -> &Self {
        match self.app.audit_problems() {
            Ok(problems) if problems.is_empty() => self,
            Ok(problems) => panic!("the audit log's chain is broken:\n  {}", problems.join("\n  ")),
            Err(problem) => panic!("the audit log's chain can't be looked at: {problem}"),
        }
    }

    #[track_caller]
    fn number(&self, what: &str, came: u64, number: usize) -> &Self {
        if came != number as u64 {
            self.fail(&format!("was to have {number} {what}, and has {came}"));
        }
        self.all_seen()
    }

    #[track_caller]
    fn every(&self, kind: &str, what: &str, is: impl Fn(&Record) -> bool) -> &Self {
        let mut records = self.of_kind(kind).peekable();
        if records.peek().is_none() {
            self.fail(&format!("has no {kind}, which was {what}"));
        }
        if let Some(other) = records.find(|record| !is(record)) {
            self.fail(&format!("has the {kind} {}, which was {what}", other.seq()));
        }
        self.all_seen()
    }
}

/// Whether a text stands in a record, as it is or as JSON writes it in a string.
fn holds(record: &Record, text: &str) -> bool {
    let (line, quoted) = (record.json().to_string(), json!(text).to_string());
    line.contains(text) || line.contains(&quoted[1..quoted.len() - 1])
}
