//! Whether no value is of both of two schemas: what tells the variants of an enum apart.

use serde_json::Value;

use super::types::Types;
use super::values::{texts, values};
use super::view::View;

/// A variant's tag stands in its schema, or one level down.
const MAX_DEPTH: u8 = 2;
/// References that lead to references.
const MAX_HOPS: u8 = 4;
/// Longer lists of values are not looked through.
const MAX_VALUES: usize = 64;
/// Properties that may be the tag.
const MAX_DEMANDED: usize = 16;

/// False where it can't be told.
pub(super) fn disjoint(a: View<'_>, b: View<'_>) -> bool {
    apart(followed(a), followed(b), 0)
}

fn followed(mut view: View<'_>) -> View<'_> {
    for _ in 0..MAX_HOPS {
        let Some((_, target)) = view.target() else { break };
        view = target;
    }
    view
}

fn apart(a: View<'_>, b: View<'_>, depth: u8) -> bool {
    if !a.types.meets(b.types) {
        return true;
    }
    if let (Some(a), Some(b)) = (values(&a, MAX_VALUES), values(&b, MAX_VALUES)) {
        return texts(&a).is_disjoint(&texts(&b));
    }
    let objects = a.types.and(b.types) == Types::OBJECT;
    objects && depth < MAX_DEPTH && (told_apart(a, b, depth) || told_apart(b, a, depth))
}

/// Whether a property that `a` demands is one that `b` doesn't have, or has with other values.
fn told_apart(a: View<'_>, b: View<'_>, depth: u8) -> bool {
    let demanded = a.list("required").iter().filter_map(Value::as_str);
    demanded.take(MAX_DEMANDED).any(|name| match (property(a, name), property(b, name)) {
        (_, None) => is_closed(&b),
        (Some(a), Some(b)) => apart(followed(a), followed(b), depth + 1),
        (None, Some(_)) => false,
    })
}

fn property<'a>(view: View<'a>, name: &str) -> Option<View<'a>> {
    view.sub(view.object("properties")?.get(name)?)
}

fn is_closed(view: &View<'_>) -> bool {
    view.get("patternProperties").is_none()
        && view.get("additionalProperties") == Some(&Value::Bool(false))
}
