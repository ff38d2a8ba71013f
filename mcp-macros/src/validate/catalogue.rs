//! The entries of `scopes!`, against each other.

use std::collections::{HashMap, HashSet};

use syn::LitStr;

use crate::{
    diag::{Diagnostics, nearest},
    model::{access::Entry, parsed::Catalogue},
};

/// Checks all rules; the entries are right if no error was reported.
pub(crate) fn check(catalogue: Catalogue, diagnostics: &mut Diagnostics) -> Vec<Entry> {
    let Catalogue { entries, intact, .. } = catalogue;
    let mut seen = HashSet::new();
    for entry in &entries {
        let token = entry.token.value();
        if entry.description.value().trim().is_empty() {
            diagnostics
                .error(&entry.description, format!("the description of `{token}` is empty"))
                .help("say what the scope allows; a person reads it before granting it");
        }
        let mut implied = HashSet::new();
        for other in &entry.implies {
            if !implied.insert(other.value()) {
                let other_token = other.value();
                diagnostics
                    .error(other, format!("`{token}` implies `{other_token}` twice"))
                    .help("remove one of the two");
            }
        }
        if !seen.insert(token.clone()) {
            diagnostics
                .error(&entry.token, format!("`{token}` is in the catalogue twice"))
                .help("keep one of them, with all that it implies");
        }
    }
    // Unreadable entries would be missed.
    if intact {
        check_implied(&entries, diagnostics);
        check_circles(&entries, diagnostics);
    }
    entries
}

fn check_implied(entries: &[Entry], diagnostics: &mut Diagnostics) {
    let tokens: Vec<String> = entries.iter().map(|entry| entry.token.value()).collect();
    for entry in entries {
        for other in &entry.implies {
            let (token, implied) = (entry.token.value(), other.value());
            if tokens.contains(&implied) {
                continue;
            }
            let message = format!("`{token}` implies `{implied}`, which is not in the catalogue");
            let report = diagnostics.error(other, message);
            match nearest(&implied, tokens.iter().map(String::as_str)) {
                Some(near) => report.help(format!("did you mean `{near}`?")),
                None => report.help(format!("add it: `\"{implied}\" => \"…\"`")),
            };
        }
    }
}

/// Reports each circle once, at the word that closes it.
fn check_circles(entries: &[Entry], diagnostics: &mut Diagnostics) {
    let implied: HashMap<String, &[LitStr]> =
        entries.iter().map(|entry| (entry.token.value(), entry.implies.as_slice())).collect();
    let mut done = HashSet::new();
    for entry in entries {
        let mut path = vec![entry.token.value()];
        follow(&implied, &mut path, &mut done, diagnostics);
    }
}

/// Goes on from the last scope of `path`.
fn follow(
    implied: &HashMap<String, &[LitStr]>,
    path: &mut Vec<String>,
    done: &mut HashSet<String>,
    diagnostics: &mut Diagnostics,
) {
    let Some(from) = path.last().cloned() else { return };
    if done.contains(&from) {
        return;
    }
    for other in implied.get(&from).copied().unwrap_or_default() {
        let token = other.value();
        if let Some(start) = path.iter().position(|earlier| *earlier == token) {
            if start + 1 == path.len() {
                diagnostics
                    .error(other, format!("`{token}` implies itself"))
                    .help("a scope includes itself anyway: remove it from `implies`");
                continue;
            }
            let circle: Vec<String> =
                path[start..].iter().chain([&token]).map(|token| format!("`{token}`")).collect();
            diagnostics
                .error(other, format!("scopes imply each other in a circle: {}", circle.join(", ")))
                .help("scopes that include each other are one scope: keep one of them");
            continue;
        }
        path.push(token);
        follow(implied, path, done, diagnostics);
        path.pop();
    }
    done.insert(from);
}
