//! What a call's result is kept under.

use std::collections::BTreeMap;

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
        if config.shared { arguments } else { arguments + &rows(call) + &credential(call) };
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

/// What the caller's credential says: keys and tokens of one principal may have different scopes
/// and claims, and a function that takes the [`Caller`](crate::Caller) sees them. When a token was
/// made and ends is its own matter: one that is renewed finds the results of the old one.
fn credential(call: &ToolCall) -> String {
    if !call.tool.reads_caller {
        return String::new();
    }
    let caller = call.context().caller();
    let mut scopes = caller.scopes();
    scopes.sort_unstable();
    let claims = caller.claims().iter().filter(|(name, _)| {
        !matches!(name.as_str(), "exp" | "iat" | "nbf" | "jti" | "scope" | "scp")
    });
    let claims: BTreeMap<_, _> = claims.collect();
    format!("{scopes:?}{claims:?}{}", caller.is_unrestricted())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::*;
    use crate::call::Arguments;
    use crate::caller::Caller;
    use crate::policy::testing::{call_by, call_of, tool};
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
    fn credentials_of_one_principal_count() {
        let anna = || Caller::new("anna").with_scope("read:a").unwrap();
        let key_of = |caller: Caller| {
            let tool = ToolInfo { reads_caller: true, ..tool() };
            let call = call_by(&Arc::new(tool), caller, json!({}));
            key(NAMED, &Cache::new(1), &call)
        };
        let one = key_of(anna());
        assert!(same(&one, &key_of(anna())));
        assert!(!same(&one, &key_of(Caller::new("anna"))));
        assert!(!same(&one, &key_of(anna().with_scope("read:b").unwrap())));
        assert!(!same(&one, &key_of(anna().unrestricted())));
        assert!(!same(&one, &key_of(anna().with_claim("tenant", "a"))));
        let of = |tenant: &str, made: u64| {
            key_of(anna().with_claim("tenant", tenant).with_claim("iat", made))
        };
        assert!(!same(&of("a", 1), &of("b", 1)));
        assert!(same(&of("a", 1), &of("a", 2)), "a token is renewed");
        let blind = |caller| {
            let call = call_by(&Arc::new(tool()), caller, json!({}));
            key(NAMED, &Cache::new(1), &call)
        };
        let other = anna().with_claim("tenant", "a");
        assert!(same(&blind(anna()), &blind(other)), "the function can't tell");
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
