//! What a call's result is kept under.

use crate::access::Rows;
use crate::call::ToolCall;
use crate::canonical::canonical;
use crate::policies::Cache;
use crate::store::cache::Key;

/// The names that a tool's results are kept under.
#[derive(Clone, Copy)]
pub(super) struct Named {
    pub(super) tool: &'static str,
    pub(super) version: &'static str,
}

/// The key of a call. `normalize` works on a copy: the function receives what the caller sent.
pub(super) fn key(named: Named, config: &Cache, call: &ToolCall) -> Key {
    let principal = (!config.shared).then(|| call.context().caller().principal());
    let arguments = match config.normalize {
        None => canonical(call.arguments()),
        Some(normalize) => {
            let mut arguments = call.arguments().clone();
            normalize(&mut arguments);
            canonical(&arguments)
        }
    };
    let arguments =
        if config.shared { arguments } else { arguments + &rows(call) + &particulars(call) };
    Key::new(named.tool, named.version, principal, arguments)
}

/// The constraints of the caller's grants, so that two keys of one caller don't see each other's
/// rows. They stand behind an object of JSON, which ends by itself.
fn rows(call: &ToolCall) -> String {
    match call.extensions().get() {
        Some(Rows(Some(rows))) => {
            let mut rows: Vec<_> = rows.iter().collect();
            rows.sort_unstable();
            format!("{rows:?}")
        }
        _ => String::new(),
    }
}

/// What the function may have read of the caller beside its name: another token of the same caller
/// may say something else.
fn particulars(call: &ToolCall) -> String {
    let reads = call.tool.reads_caller;
    if reads { call.context().caller().particulars() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::call::Arguments;
    use crate::caller::Caller;
    use crate::context::{Context, InProcess, Origin};
    use crate::policy::testing::{call_of, tool};
    use crate::tool::ToolInfo;

    const NAMED: Named = Named { tool: "t", version: "1" };

    fn key_of(config: &Cache, caller: &str, arguments: Value) -> Key {
        key(NAMED, config, &call_of(&Arc::new(tool()), caller, arguments))
    }

    /// `assert!` on equality: a key has no `Debug` form.
    fn same(left: &Key, right: &Key) -> bool {
        left == right
    }

    #[test]
    fn every_part_of_a_key_counts() {
        let config = Cache::new(1);
        let one = key_of(&config, "anna", json!({ "n": 1 }));
        assert!(same(&one, &key_of(&config, "anna", json!({ "n": 1 }))));
        assert!(!same(&one, &key_of(&config, "bert", json!({ "n": 1 }))));
        assert!(!same(&one, &key_of(&config, "anna", json!({ "n": 2 }))));
        let call = call_of(&Arc::new(tool()), "anna", json!({ "n": 1 }));
        assert!(!same(&one, &key(Named { version: "2", ..NAMED }, &config, &call)));
        assert!(!same(&one, &key(Named { tool: "u", ..NAMED }, &config, &call)));
    }

    #[test]
    fn constraints_of_the_callers_grants_count() {
        let config = Cache::new(1);
        let of = |rows: &[&str]| {
            let row = |id: &&str| [("customer_id".to_owned(), (*id).to_owned())].into();
            let rows = Rows(Some(rows.iter().map(row).collect()));
            let mut call = call_of(&Arc::new(tool()), "anna", json!({ "n": 1 }));
            call.extensions.insert(rows);
            (key(NAMED, &config, &call), key(NAMED, &Cache::new(1).shared(), &call))
        };
        let ((one, shared), (two, _), (both, _)) = (of(&["17"]), of(&["18"]), of(&["17", "18"]));
        assert!(!same(&one, &two) && !same(&one, &both));
        assert!(!same(&one, &key_of(&config, "anna", json!({ "n": 1 }))));
        assert!(same(&both, &of(&["18", "17"]).0), "their order is nothing");
        assert!(same(&shared, &of(&["18"]).1), "a shared result is everyone's");
    }

    #[test]
    fn what_a_function_reads_of_its_caller_counts() {
        let of = |reads_caller, caller: Caller| {
            let tool = Arc::new(ToolInfo { reads_caller, ..tool() });
            let mut call = call_of(&tool, "", json!({}));
            let cancellation = CancellationToken::new();
            let origin = Origin { request: Box::new(InProcess::default()), caller, cancellation };
            call.context = Context::new("t", tool.timeout, origin);
            key(NAMED, &Cache::new(1), &call)
        };
        let anna = || Caller::new("anna");
        let others = [anna().with_claim("team", "red"), anna().with_scope("read:x").unwrap()];
        for other in others {
            assert!(!same(&of(true, anna()), &of(true, other.clone())), "{other:?}");
            assert!(same(&of(false, anna()), &of(false, other)), "it can't tell");
        }
    }

    #[test]
    fn shared_results_know_no_caller() {
        let config = Cache::new(1).shared();
        let anna = key_of(&config, "anna", json!({}));
        assert!(same(&anna, &key_of(&config, "bert", json!({}))));
        assert!(!same(&anna, &key_of(&Cache::new(1), "", json!({}))));
    }

    #[test]
    fn normalisation_is_for_the_key_alone() {
        fn upper(arguments: &mut Arguments) {
            for value in arguments.values_mut() {
                if let Value::String(text) = value {
                    *text = text.trim().to_uppercase();
                }
            }
        }
        let config = Cache::new(1).normalize(upper);
        let call = call_of(&Arc::new(tool()), "anna", json!({ "symbol": "aapl " }));
        let normal = key_of(&config, "anna", json!({ "symbol": "AAPL" }));
        assert!(same(&key(NAMED, &config, &call), &normal));
        assert_eq!(call.arguments()["symbol"], "aapl ");
    }
}
