//! What only the compiler can tell about a tool's scopes: each stops compilation at the scope.

use super::Scopes;
use crate::const_text::{Text, equal, nearest};
use crate::params::ParamDef;

/// Stops compilation where there is a catalogue and it lacks a tool's scope.
///
/// # Panics
///
/// In that case; it is called in constants only.
#[track_caller]
pub const fn assert_known(catalogue: &Scopes, token: &'static str) {
    let Some(entries) = catalogue.entries else { return };
    let mut similar = nearest::Search::new(token);
    let mut i = 0;
    while i < entries.len() {
        if equal(entries[i].token, token) {
            return;
        }
        similar.offer(entries[i].token);
        i += 1;
    }
    let mut text = Text::new();
    text.push("`").push(token).push("` is not in the catalogue `MCP_SCOPES`");
    match similar.found() {
        Some(similar) => text.push("\n= help: did you mean `").push(similar).push("`?"),
        None => text.push("\n= help: add it to `scopes!`: `\"").push(token).push("\" => \"…\"`"),
    };
    panic!("{}", text.as_str());
}

/// Stops compilation where a field is left to a function that takes no [`Granted`](crate::Granted).
///
/// # Panics
///
/// In that case; it is called in constants only.
#[track_caller]
pub const fn assert_kept(params: &[ParamDef], field: &str) {
    if keeps_grants(params) {
        return;
    }
    let mut text = Text::new();
    text.push("`scope` leaves `").push(field).push("` to the function, which takes no ");
    text.push("`Granted<…>`\n= help: take it, or bind an argument: `.where(").push(field);
    text.push(" = …)`");
    panic!("{}", text.as_str());
}

/// Stops compilation at the second scope with `.where(…)`, where the function takes
/// [`Granted`](crate::Granted): the rows of the two would mix.
///
/// # Panics
///
/// In that case; it is called in constants only.
#[track_caller]
pub const fn assert_unmixed(params: &[ParamDef]) {
    assert!(
        !keeps_grants(params),
        "two scopes with `.where(…)` beside `Granted<…>`: it could not tell whose rows are whose\n\
         = help: keep one `.where(…)`, or bind the fields of both to arguments and take no \
         `Granted<…>`"
    );
}

const fn keeps_grants(params: &[ParamDef]) -> bool {
    let mut i = 0;
    while i < params.len() {
        if params[i].keeps_grants {
            return true;
        }
        i += 1;
    }
    false
}

/// Stops compilation where a catalogue isn't what the tools of its crate find.
///
/// # Panics
///
/// In that case; it is called in constants only.
#[track_caller]
pub const fn assert_found(catalogue: &Scopes, found: &Scopes, module: &str) {
    if same(catalogue, found) {
        return;
    }
    let mut text = Text::new();
    text.push("tools look for `MCP_SCOPES` at the root of their crate, and this one is in `");
    text.push(module).push("`\n= help: move it there, or import it there: ");
    text.push("`pub use …::MCP_SCOPES;`");
    panic!("{}", text.as_str());
}

const fn same(one: &Scopes, other: &Scopes) -> bool {
    let (Some(one), Some(other)) = (one.entries, other.entries) else { return false };
    if one.len() != other.len() {
        return false;
    }
    let mut i = 0;
    while i < one.len() {
        if !equal(one[i].token, other[i].token) {
            return false;
        }
        i += 1;
    }
    true
}
