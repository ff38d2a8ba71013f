//! One effect for each key, against what the tool does and what it takes.

use quote::ToTokens as _;
use syn::{Ident, LitStr, ext::IdentExt as _};

use super::{
    call,
    pattern::{names, plain_name},
    policies::Facts,
};
use crate::{
    diag::Diagnostics,
    model::{
        call::Role,
        checked::{Parameter, Rule, Source},
        parsed::Given,
        records::{Form, Idempotent, Key, KeyField, Once, WrittenKey, WrittenOnce},
    },
    parse::duration::{text, written},
};

/// How long a key is remembered where nobody says, as the runtime has it.
const TTL: u64 = 24 * 60 * 60 * 1000;
/// The same for a key that is made of all arguments.
const TTL_OF_ARGUMENTS: u64 = 60 * 1000;

/// The word, where it is a hint and nothing more.
pub(super) fn hint(written: Option<&Idempotent>, facts: &Facts<'_>) -> Option<Ident> {
    let written = written?;
    let is_hint = facts.reads || matches!(written.form, Form::Natural);
    is_hint.then(|| written.word.clone())
}

/// Checks all rules. Nothing, where no store is used: on a tool that reads, and for what is
/// harmless by itself.
pub(super) fn check(
    written: Option<Idempotent>,
    facts: &Facts<'_>,
    parameters: &[Parameter],
    intact: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Once> {
    let Idempotent { word, form } = written?;
    let once = match form {
        Form::Natural => return None,
        Form::Bare if facts.reads => return None,
        Form::Bare => {
            check_ttl(None, &Key::Client, &word, facts, intact, diagnostics);
            return Some(CLIENTS);
        }
        Form::Once(once) => *once,
    };
    if intact {
        check_contradictions(&once, &word, facts, diagnostics);
    }
    let ident = facts.ident;
    let key = match &once.key {
        None => Key::Client,
        Some(Given { value: WrittenKey::All, .. }) => Key::Arguments,
        Some(Given { value: WrittenKey::Fields(fields), .. }) => {
            let find = |field| find(field, ident, parameters, diagnostics);
            Key::Fields(fields.iter().flat_map(find).collect())
        }
    };
    let from = once.key.as_ref().map_or(&word, |given| &given.key);
    check_ttl(once.ttl.as_ref(), &key, from, facts, intact, diagnostics);
    let reconcile = once
        .reconcile
        .map(|given| call::resolve(Role::Reconcile, given.value, ident, parameters, diagnostics));
    Some(Once {
        key,
        ttl: once.ttl.map(|given| given.value),
        required: once.required.is_some(),
        reject: once.reject,
        reconcile,
        transaction: once.transaction,
    })
}

/// `idempotent` alone: the client's key, and nothing else is said.
const CLIENTS: Once = Once {
    key: Key::Client,
    ttl: None,
    required: false,
    reject: false,
    reconcile: None,
    transaction: None,
};

fn check_contradictions(
    once: &WrittenOnce,
    word: &Ident,
    facts: &Facts<'_>,
    diagnostics: &mut Diagnostics,
) {
    if facts.reads {
        let name = facts.ident;
        diagnostics
            .error(word, format!("`idempotent(…)` on `{name}`, which only reads"))
            .help("where nothing changes no key is kept: write `idempotent` alone");
        return;
    }
    if let Some(natural) = &once.natural {
        diagnostics
            .error(natural, "`natural` says that a repeat is harmless: nothing goes with it")
            .help("write `idempotent(natural)`, or remove `natural` and let keys see to it");
        return;
    }
    if let (Some(required), Some(Given { value: WrittenKey::All, .. })) =
        (&once.required, &once.key)
    {
        diagnostics
            .error(required, "`required` with `key(..)`, by which every call has a key")
            .help("remove `required`, or remove `key(..)` to demand the client's own key");
    }
    if let (Some(transaction), Some(reconcile)) = (&once.transaction, &once.reconcile) {
        let second = if once.transaction_first { &reconcile.key } else { transaction };
        diagnostics.error(second, "`transaction` and `reconcile` contradict each other").help(
            "keep `transaction` if the effect is in the same database, which then knows \
                 whether it happened; else keep `reconcile`, which finds out",
        );
    }
}

/// A key that is forgotten while its call runs protects from nothing.
fn check_ttl(
    stated: Option<&Given<u64>>,
    key: &Key,
    from: &Ident,
    facts: &Facts<'_>,
    intact: bool,
    diagnostics: &mut Diagnostics,
) {
    const HELP: &str = "a key has to be remembered for longer than its call runs";
    let default = if matches!(key, Key::Arguments) { TTL_OF_ARGUMENTS } else { TTL };
    let ttl = stated.map_or(default, |given| given.value);
    if !intact || facts.reads || ttl >= facts.timeout {
        return;
    }
    let twice = facts.timeout.saturating_mul(2);
    if let Some(Given { key, value }) = stated {
        let better = written(TTL.max(twice));
        diagnostics
            .error(key, format!("`ttl` is {}, but {}", text(*value), facts.limit()))
            .help(format!("{HELP}: write `ttl = \"{better}\"`"));
    } else {
        let (ttl, better) = (text(default), written(twice));
        diagnostics
            .error(from, format!("`ttl` is {ttl} where it isn't stated, but {}", facts.limit()))
            .help(format!("{HELP}: add `ttl = \"{better}\"`"));
    }
}

/// The argument of a name: several only under contrary `#[cfg]`.
fn find(
    word: &Ident,
    ident: &Ident,
    parameters: &[Parameter],
    diagnostics: &mut Diagnostics,
) -> Vec<KeyField> {
    let is_it = |parameter: &Parameter| {
        names(&parameter.pattern).iter().any(|name| name.unraw() == word.unraw())
    };
    let found: Vec<_> =
        parameters.iter().enumerate().filter(|(_, parameter)| is_it(parameter)).collect();
    if found.is_empty() {
        let known: Vec<Ident> = parameters
            .iter()
            .filter_map(|parameter| plain_name(&parameter.pattern).cloned())
            .collect();
        if let Some(report) = call::unknown(word, ident, &known, diagnostics) {
            report.help(format!("a key is made of what `{ident}` takes as arguments"));
        }
    }
    found
        .into_iter()
        .filter_map(|(index, parameter)| match name(word, parameter) {
            Ok(name) => Some(KeyField {
                parameter: index,
                cfg: parameter.cfg.clone(),
                word: word.clone(),
                name,
            }),
            Err((message, help)) => {
                diagnostics.error(word, message).help(help);
                None
            }
        })
        .collect()
}

/// The name in the schema, or what is wrong and what to do.
fn name(word: &Ident, parameter: &Parameter) -> Result<LitStr, (String, &'static str)> {
    let word = word.unraw();
    let is_secret = parameter.rules.iter().any(|rule| matches!(rule.value, Rule::Secret));
    match &parameter.source {
        Source::Extractor => {
            let pattern = parameter.pattern.to_token_stream();
            Err((
                format!("`{word}` comes from the pattern `{pattern}` and is no argument"),
                "a key has to be the same when the call is repeated: make it of arguments",
            ))
        }
        Source::Flatten(_) => Err((
            format!("`{word}` is flattened and no argument of its own"),
            "write `key(..)` for all of its fields, or take the one that names the call as a \
             parameter",
        )),
        _ if is_secret => Err((
            format!("`{word}` is `secret`"),
            "the key's digest is kept, and a short secret can be guessed from it: make the key of \
             other arguments",
        )),
        Source::Undecided(name) | Source::Argument(name) => Ok(name.clone()),
    }
}
