//! The keys that say how calls are carried out.

use quote::ToTokens;
use syn::{Expr, Type};

use super::{
    duration,
    entries::{Entries, literal},
    keys,
    numbers::whole,
    rate,
    reader::{Value, ungroup},
    shape, size,
    texts::checked,
};
use crate::{
    diag::{Diagnostics, nearest},
    model::{
        parsed::{Given, Policies},
        policy::{CacheKey, Concurrency, Queue, Rate, Retry},
    },
};

/// `retry` alone.
const ATTEMPTS: u32 = 3;
/// `queue(…)` without a depth.
const DEPTH: u32 = 64;
/// More calls than a process could hold at a time.
const MOST: u32 = 65_536;

/// Lifetimes that have a name.
const PRESETS: [(&str, u64); 3] =
    [("static", 60 * 60 * 1000), ("semi_dynamic", 15 * 1000), ("realtime", 1000)];

/// Takes the policies of a tool.
pub(super) fn parse(entries: &mut Entries, diagnostics: &mut Diagnostics) -> Policies {
    Policies {
        retry: retry(entries, diagnostics),
        dependencies: dependencies(entries, diagnostics),
        concurrency: concurrency(entries, diagnostics),
        queue: queue(entries, diagnostics),
        rate_limits: rate_limits(entries, diagnostics),
        cost: entries.positive("cost", None, diagnostics),
        cache_ttl: cache_ttl(entries, diagnostics),
        cache: cache(entries, diagnostics),
        stale_while_revalidate: entries.duration("stale_while_revalidate", diagnostics),
        stale_if_error: entries.duration("stale_if_error", diagnostics),
        fallback: entries.path("fallback", diagnostics),
        blocking: entries.flag("blocking", diagnostics),
        heartbeat: entries.duration("heartbeat", diagnostics),
        max_result: entries.text("max_result", "size", size::parse, diagnostics),
    }
}

fn retry(entries: &mut Entries, diagnostics: &mut Diagnostics) -> Option<Given<Retry>> {
    const ALLOWED: std::ops::RangeInclusive<u32> = 2..=10;
    let entry = entries.take("retry")?;
    let mut retry = Retry { attempts: ATTEMPTS, attempt_timeout: None, base: None };
    match entry.value {
        Value::None => {}
        Value::Expression(value) => {
            retry.attempts = whole(entry.key, &value, ALLOWED, diagnostics)?;
        }
        Value::List(tokens) => {
            let mut inner = Entries::parse("retry", keys::RETRY, tokens, diagnostics);
            if let Some(given) = inner.whole("attempts", ALLOWED, diagnostics) {
                retry.attempts = given.value;
            }
            retry.attempt_timeout =
                inner.duration("attempt_timeout", diagnostics).map(|given| given.value);
            retry.base = inner.duration("base", diagnostics);
        }
    }
    Some(Given { key: entry.word, value: retry })
}

fn dependencies(entries: &mut Entries, diagnostics: &mut Diagnostics) -> Option<Given<Vec<Type>>> {
    let entry = entries.take("dependency")?;
    let listed = elements(&entry.value);
    if listed.is_empty() {
        shape::report(&entry, diagnostics);
        return None;
    }
    let mut types: Vec<Type> = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for value in listed {
        let tokens = ungroup(value).into_token_stream();
        let text = tokens.to_string().replace(' ', "");
        match syn::parse2::<Type>(tokens.clone()) {
            Ok(ty) if seen.contains(&text) => {
                diagnostics
                    .error(ty, format!("`{text}` is given twice"))
                    .help("name each dependency once");
            }
            Ok(ty @ (Type::Path(_) | Type::Macro(_))) => {
                types.push(ty);
                seen.push(text);
            }
            Ok(_) | Err(_) => {
                diagnostics
                    .error(tokens, "`dependency` takes types")
                    .help("write `dependency = Bank` or `dependency = [Bank, Mail]`");
            }
        }
    }
    Some(Given { key: entry.word, value: types })
}

/// Takes `concurrency`, of a tool or of a dependency.
pub(super) fn concurrency(
    entries: &mut Entries,
    diagnostics: &mut Diagnostics,
) -> Option<Given<Concurrency>> {
    const HELP: &str = "write `concurrency = adaptive(max = 64)`";
    let entry = entries.take("concurrency")?;
    let Value::Expression(value) = &entry.value else {
        shape::report(&entry, diagnostics);
        return None;
    };
    let is_adaptive =
        |value: &Expr| matches!(value, Expr::Path(path) if path.path.is_ident("adaptive"));
    let limit = match ungroup(value.clone()) {
        Expr::Call(call) if is_adaptive(&call.func) => {
            let before = diagnostics.len();
            let tokens = call.args.to_token_stream();
            let mut inner = Entries::parse("adaptive", keys::ADAPTIVE, tokens, diagnostics);
            let max = inner.whole("max", 1..=MOST, diagnostics);
            if max.is_none() && diagnostics.len() == before {
                diagnostics.error(&call.func, "`adaptive` needs `max`").help(HELP);
            }
            Concurrency::Adaptive(max?.value)
        }
        value if is_adaptive(&value) => {
            diagnostics.error(value, "`adaptive` needs `max`").help(HELP);
            return None;
        }
        value if literal(&value).is_some() || matches!(value, Expr::Unary(_)) => {
            Concurrency::Fixed(whole(entry.key, &value, 1..=MOST, diagnostics)?)
        }
        _ => {
            shape::report(&entry, diagnostics);
            return None;
        }
    };
    Some(Given { key: entry.word, value: limit })
}

/// Takes `queue`, of a tool or of a dependency.
pub(super) fn queue(entries: &mut Entries, diagnostics: &mut Diagnostics) -> Option<Given<Queue>> {
    let list = entries.list("queue", diagnostics)?;
    let mut inner = Entries::parse("queue", keys::QUEUE, list.value, diagnostics);
    let depth = inner.whole("depth", 1..=MOST, diagnostics);
    let wait = inner.duration("wait", diagnostics);
    let depth = depth.map_or(DEPTH, |given| given.value);
    Some(Given { key: list.key, value: Queue { depth, wait } })
}

fn rate_limits(entries: &mut Entries, diagnostics: &mut Diagnostics) -> Option<Given<Vec<Rate>>> {
    let entry = entries.take("rate_limit")?;
    let listed = elements(&entry.value);
    let texts: Option<Vec<_>> = listed
        .iter()
        .map(|value| match literal(value) {
            Some(syn::Lit::Str(text)) => Some(text),
            _ => None,
        })
        .collect();
    let Some(texts) = texts.filter(|texts| !texts.is_empty()) else {
        shape::report(&entry, diagnostics);
        return None;
    };
    let mut rates: Vec<Rate> = Vec::new();
    for text in &texts {
        let Some(rate) = checked(text, "rate", rate::parse, diagnostics) else { continue };
        if rates.contains(&rate) {
            diagnostics
                .error(text, format!("the rate \"{}\" is given twice", text.value()))
                .help("one of the two says it all: remove the other");
        }
        rates.push(rate);
    }
    Some(Given { key: entry.word, value: rates })
}

/// One value, or those of a list in brackets.
pub(super) fn elements(value: &Value) -> Vec<Expr> {
    match value {
        Value::Expression(value) => match ungroup(value.clone()) {
            Expr::Array(array) => array.elems.into_iter().collect(),
            single => vec![single],
        },
        Value::None | Value::List(_) => Vec::new(),
    }
}

fn cache_ttl(entries: &mut Entries, diagnostics: &mut Diagnostics) -> Option<Given<u64>> {
    let entry = entries.take("cache_ttl")?;
    let Value::Expression(value) = &entry.value else {
        shape::report(&entry, diagnostics);
        return None;
    };
    let value = ungroup(value.clone());
    if let Expr::Path(path) = &value
        && let Some((_, ttl)) = PRESETS.iter().find(|(name, _)| path.path.is_ident(name))
    {
        return Some(Given { key: entry.word, value: *ttl });
    }
    let Some(literal) = literal(&value) else {
        let written = value.to_token_stream().to_string();
        let near = nearest(&written, PRESETS.map(|(name, _)| name));
        let meant = near.map_or_else(
            || "write `cache_ttl = \"30s\"`".to_owned(),
            |name| format!("did you mean `{name}`?"),
        );
        diagnostics
            .error(&value, "`cache_ttl` takes a duration in quotes, or a name")
            .help(meant)
            .note("names are `static` (1h), `semi_dynamic` (15s) and `realtime` (1s)");
        return None;
    };
    let value = duration::milliseconds(&entry.word, &literal, duration::LONGEST, diagnostics)?;
    Some(Given { key: entry.word, value })
}

fn cache(entries: &mut Entries, diagnostics: &mut Diagnostics) -> Option<Given<CacheKey>> {
    const HELP: &str = "write `cache(shared)`, `cache(normalize = path)` or both";
    if entries.is_bare("cache") {
        let word = entries.take("cache")?.word;
        diagnostics.error(word, "`cache` says nothing by itself").help(HELP);
        return None;
    }
    let list = entries.list("cache", diagnostics)?;
    if list.value.is_empty() {
        diagnostics.error(list.key, "`cache` says nothing by itself").help(HELP);
        return None;
    }
    let mut inner = Entries::parse("cache", keys::CACHE, list.value, diagnostics);
    let shared = inner.flag("shared", diagnostics);
    let normalize = inner.path("normalize", diagnostics).map(|given| given.value);
    Some(Given { key: list.key, value: CacheKey { shared, normalize } })
}

#[cfg(test)]
mod tests;
