//! [`Told`]: an answer that outlives its server.

use std::time::Duration;

use mcp_runtime::{Code, meta};
use serde_json::{Value, json};

use crate::Answer;

/// What a client was told.
#[derive(Clone, Debug)]
pub(super) struct Told {
    /// The error's, where it is one.
    pub(super) code: Option<Code>,
    pub(super) pause: Option<Duration>,
    pub(super) is_replay: bool,
    /// What is the same in a replay.
    pub(super) said: Value,
    /// The call and its answer, for people.
    pub(super) text: String,
}

impl From<&Answer> for Told {
    fn from(answer: &Answer) -> Self {
        let text = answer.told();
        match answer.outcome() {
            Ok(reply) => Self {
                code: None,
                pause: None,
                is_replay: reply.meta().contains_key(meta::REPLAYED),
                said: json!({
                    "content": format!("{:?}", reply.content()), "data": reply.structured()
                }),
                text,
            },
            Err(error) => Self {
                code: Some(error.code().clone()),
                pause: error.stated_retry_after(),
                is_replay: false,
                said: json!({ "error": error.code().as_str() }),
                text,
            },
        }
    }
}

impl Told {
    pub(super) fn is_ok(&self) -> bool {
        self.code.is_none()
    }

    /// In a word: `ok`, `replayed`, or the error's code.
    pub(super) fn word(&self) -> &str {
        match &self.code {
            Some(code) => code.as_str(),
            None if self.is_replay => "replayed",
            None => "ok",
        }
    }
}
