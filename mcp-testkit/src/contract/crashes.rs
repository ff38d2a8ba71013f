//! What is left of a tool's promises when its server is killed: [`crate::crash`], for contracts.

use super::promises::Kept;
use super::subject::{Subject, entitled, example};
use super::{Broken, Contract, Outcome, Promise};
use crate::TestServer;
use crate::crash::{self, Made};

const PROMISE: Promise = Promise::CrashKeepsPromises;
const KEY: &str = "contract";

/// Tests a tool whose server `setup` makes anew, again and again.
pub(super) fn keeps(
    setup: &(impl AsyncFn() -> Contract + Sync),
    tool: &str,
) -> Result<Outcome, Broken> {
    let untested = crash::alone(async || {
        let mut contract = setup().await;
        if let Some(why) = contract.exceptions.remove(&(tool.to_owned(), PROMISE)) {
            return Ok(Some(Outcome::Excepted(why)));
        }
        let subject = Subject::new(contract, tool, PROMISE)?;
        Ok(subject.info().is_read_only().then_some(Outcome::Kept(Kept::NotMade)))
    })?;
    if let Some(untested) = untested {
        return Ok(untested);
    }
    let crashes = crash::examine(tool, &making(setup, tool))?;
    Ok(Outcome::Kept(crashes.into_unseen().map_or(Kept::Yes, Kept::InPart)))
}

/// The points at which a broken server is found out, each as in messages.
#[cfg(test)]
pub(super) fn found(
    setup: &(impl AsyncFn() -> Contract + Sync),
    tool: &str,
) -> Vec<(String, String)> {
    crash::found(tool, &making(setup, tool))
}

/// Makes servers, and the call that each of them gets.
fn making<'a>(
    setup: &'a (impl AsyncFn() -> Contract + Sync),
    tool: &'a str,
) -> impl AsyncFn() -> Made + Sync + 'a {
    async move || {
        let Contract { server, arguments, claims, mut effects, .. } = setup().await;
        let tool = tool.to_owned();
        let call = move |server: &TestServer| {
            let info = server.find(&tool);
            let promised = info.promised();
            let arguments = arguments.get(&tool).cloned().unwrap_or_else(|| example(info));
            let call = crash::call(&tool, arguments);
            let call = call.caller(entitled("anna", &claims, &promised));
            let call = call.counted(effects.remove(&tool));
            if promised.keyed { call.key(KEY) } else { call }
        };
        Made { server, call: Box::new(call) }
    }
}
