//! Answers as a key keeps them.

use serde::Deserialize;

use super::words;
use crate::call::KeptForm;
use crate::error::KeptError;
use crate::policy::Outcome;

/// The largest answer that is kept.
const MOST: usize = 1 << 20;
/// What a form has room for from the start: most answers.
const ROOM: usize = 1 << 10;

/// An answer as it was kept. The names are stored: they stay as they are.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept<'a> {
    #[serde(borrow)]
    Reply(KeptForm<'a>),
    Error(KeptError<'a>),
    /// There was one, and it could not be kept.
    Lost,
}

/// The form of an answer. One that can't be kept leaves word that it was given.
pub(super) fn encode(outcome: &Outcome) -> Vec<u8> {
    let mut text = Vec::with_capacity(ROOM);
    if write(outcome, &mut text).is_err() || text.len() > MOST {
        return br#""lost""#.to_vec();
    }
    text.shrink_to_fit();
    text
}

fn write(outcome: &Outcome, text: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    match outcome {
        Ok(reply) => {
            text.extend_from_slice(br#"{"reply":"#);
            reply.keep(text)?;
        }
        Err(error) => {
            text.extend_from_slice(br#"{"error":"#);
            serde_json::to_writer(&mut *text, &error.kept())?;
        }
    }
    text.push(b'}');
    Ok(())
}

/// The answer again. One that this program can't read, because another wrote it, is as good as
/// lost.
pub(super) fn decode(kept: &[u8]) -> Outcome {
    match serde_json::from_slice(kept) {
        Ok(Kept::Reply(reply)) => reply.reply().ok_or_else(words::lost),
        Ok(Kept::Error(error)) => Err(error.into()),
        Ok(Kept::Lost) | Err(_) => Err(words::lost()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Raw, Reply};
    use crate::error::{Code, Effect, ToolError};

    #[test]
    fn an_answer_comes_back_as_it_was() {
        let reply = Reply::text("paid").with_meta("a/b", 1.5);
        let again = decode(&encode(&Ok(reply))).unwrap();
        assert_eq!(again.content(), Reply::text("paid").content());
        assert_eq!(again.meta()["a/b"], 1.5);
        let error = ToolError::new("already_paid", "no").effect(Effect::Applied);
        let again = decode(&encode(&Err(error.clone()))).unwrap_err();
        assert_eq!(again.to_json(), error.to_json());
    }

    #[test]
    fn what_cannot_be_kept_leaves_word() {
        let raw = Reply { raw: Some(Raw(Box::new(()))), ..Reply::default() };
        let fits = Reply::text("x".repeat(MOST - 100));
        assert!(decode(&encode(&Ok(fits))).is_ok());
        let large = Reply::text("x".repeat(MOST));
        for kept in [encode(&Ok(raw)), encode(&Ok(large)), b"{}".to_vec(), b"".to_vec()] {
            let error = decode(&kept).unwrap_err();
            assert_eq!(
                (error.code(), error.stated_effect()),
                (&Code::Conflict, Some(Effect::Applied))
            );
        }
    }
}
