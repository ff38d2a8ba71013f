//! Objects: named properties, the others, and which have to be there.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Side;
use super::rules;
use super::types::Types;
use super::view::{View, refers};
use super::walk::Walk;
use super::words::shown;

impl<'a> Walk<'a> {
    pub(super) fn objects(&mut self, old: View<'a>, new: View<'a>) {
        for keyword in ["properties", "patternProperties"] {
            let malformed =
                |view: &View<'_>| view.get(keyword).is_some_and(|value| !value.is_object());
            if malformed(&old) || malformed(&new) {
                return self.unknown(keyword, old.get(keyword), new.get(keyword));
            }
        }
        let required = (required(&old), required(&new));
        let mut named: BTreeSet<&str> = BTreeSet::new();
        for view in [&old, &new] {
            named.extend(view.object("properties").into_iter().flatten().map(|(name, _)| &**name));
        }
        for name in &named {
            self.property(name, (old, required.0.contains(name)), (new, required.1.contains(name)));
        }
        for name in required.0.symmetric_difference(&required.1) {
            let (was, is) = (required.0.contains(name), required.1.contains(name));
            let named = (property(&old, name).is_some(), property(&new, name).is_some());
            let vanished = was && named == (true, false);
            let came = is && named == (false, true) && self.side == Side::Output;
            // Told of the property.
            if vanished || came {
                continue;
            }
            let fits = is == (self.side == Side::Output);
            let pair = (Value::Bool(was), Value::Bool(is));
            self.within(segment(name), |walk| walk.tell(&rules::REQUIRED, "required", fits, pair));
        }
        self.others(old, new);
    }

    fn property(
        &mut self,
        name: &str,
        (old, was_required): (View<'a>, bool),
        (new, is_required): (View<'a>, bool),
    ) {
        match (property(&old, name), property(&new, name)) {
            (Some(was), Some(is)) => {
                self.parts(segment(name), (old, was), (new, is));
                let (was, is) = (was.get("default"), is.get("default"));
                if was != is {
                    let fits = was_required || self.side == Side::Output;
                    self.within(segment(name), |walk| {
                        walk.tell(&rules::DEFAULT, "default", fits, (shown(was), shown(is)));
                    });
                }
            }
            (was @ Some(_), None) => self.within(segment(name), |walk| {
                walk.tell(&rules::PROPERTY, "", false, (shown(was), Value::Null));
            }),
            (None, is @ Some(schema)) => {
                // What could stand by this name before.
                let before = unnamed(&old, self.side == Side::Output);
                let patterns = [&old, &new].iter().any(|view| has_patterns(view));
                let Some(before) = before.filter(|_| !patterns) else {
                    return self.within(segment(name), |walk| walk.unknown("", None, is));
                };
                let pair = (Value::Null, shown(is));
                // A reader of an open object passes over what it doesn't know.
                let free = match self.side {
                    Side::Input => before.types == Types::NONE,
                    Side::Output => before.same(&View::TRUE),
                };
                self.within(segment(name), |walk| {
                    let fits = free || {
                        let Some(after) = new.sub(schema) else {
                            return walk.unknown("", None, is);
                        };
                        let (narrow, wide) = walk.narrow_and_wide(before, after);
                        let told = walk.attempt(narrow, wide);
                        walk.fits(&told)
                    };
                    // That calls have to have it is told for itself.
                    if !fits || !is_required || walk.side == Side::Output {
                        walk.tell(&rules::PROPERTY, "", fits, pair);
                    }
                });
            }
            (None, None) => {}
        }
    }

    /// Properties that have no name of their own.
    fn others(&mut self, old: View<'a>, new: View<'a>) {
        let (narrow, wide) = self.narrow_and_wide(old, new);
        let (was, is) = (old.object("patternProperties"), new.object("patternProperties"));
        if has_patterns(&narrow) || has_patterns(&wide) {
            let names = |view: &View<'a>| -> BTreeSet<&'a str> {
                let all = view.object("patternProperties").into_iter().flatten();
                all.map(|(name, _)| name.as_str()).collect()
            };
            if names(&old) != names(&new) {
                let (was, is) = (old.get("patternProperties"), new.get("patternProperties"));
                return self.unknown("patternProperties", was, is);
            }
            for (pattern, schema) in was.into_iter().flatten() {
                let Some(other) = is.and_then(|is| is.get(pattern)) else { continue };
                self.parts(segment(pattern), (old, schema), (new, other));
            }
        }
        let stated = (old.get("additionalProperties"), new.get("additionalProperties"));
        if stated.0 == stated.1 && !stated.0.is_some_and(refers) {
            return;
        }
        let (Some(before), Some(after)) =
            (unnamed(&old, self.side == Side::Output), unnamed(&new, false))
        else {
            return self.unknown("additionalProperties", stated.0, stated.1);
        };
        let (narrow, wide) = self.narrow_and_wide(before, after);
        if narrow.types == Types::NONE || wide.types == Types::NONE {
            let fits = narrow.types == Types::NONE;
            if narrow.types != wide.types {
                let open = Value::Bool(true);
                let pair = (stated.0.unwrap_or(&open), stated.1.unwrap_or(&open));
                let pair = (shown(Some(pair.0)), shown(Some(pair.1)));
                self.tell(&rules::OTHERS, "additionalProperties", fits, pair);
            }
            return;
        }
        self.within(".*".into(), |walk| walk.relate(before, after));
    }
}

fn required<'a>(view: &View<'a>) -> BTreeSet<&'a str> {
    view.list("required").iter().filter_map(Value::as_str).collect()
}

fn property<'a>(view: &View<'a>, name: &str) -> Option<&'a Value> {
    view.object("properties")?.get(name)
}

fn has_patterns(view: &View<'_>) -> bool {
    view.object("patternProperties").is_some_and(|all| !all.is_empty())
}

/// What may stand by a name that isn't listed; nothing where that is no schema. A reader takes
/// what is closed as open.
fn unnamed<'a>(view: &View<'a>, as_reader: bool) -> Option<View<'a>> {
    let Some(schema) = view.get("additionalProperties") else { return Some(View::TRUE) };
    let others = view.sub(schema)?;
    Some(if as_reader && others.types == Types::NONE { View::TRUE } else { others })
}

/// A name as a part of a path.
fn segment(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !name.is_empty() && name.chars().all(plain) {
        format!(".{name}")
    } else {
        format!(".{name:?}")
    }
}
