//! Numbers and strings, sizes, and the keywords of which only equality is understood.

use serde_json::Value;

use super::bounds::{End, SIZES, Which, end, size};
use super::types::Types;
use super::values::values;
use super::view::{View, refers};
use super::walk::{MAX_VALUES, Walk};
use super::words::{is_word, shown};
use super::{Side, rules};
use crate::validate::integer_range;

/// What `keywords` compares; everything else is `rest`.
const KNOWN: [&str; 21] = [
    "type",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minItems",
    "maxItems",
    "uniqueItems",
    "items",
    "prefixItems",
    "minProperties",
    "maxProperties",
    "properties",
    "required",
    "additionalProperties",
    "patternProperties",
];

/// Keywords whose meaning hangs on what stands beside them.
const DEPENDENT: [&str; 2] = ["unevaluatedProperties", "unevaluatedItems"];

impl<'a> Walk<'a> {
    pub(super) fn scalars(&mut self, old: View<'a>, new: View<'a>, types: Types) {
        if types.meets(Types::NUMBER) {
            self.range(&old, &new, types);
            self.exact("multipleOf", &old, &new);
        }
        if types.meets(Types::STRING) {
            self.exact("pattern", &old, &new);
        }
        if types.meets(Types::ARRAY) {
            self.exact("uniqueItems", &old, &new);
        }
        if types.meets(Types::STRING.or(Types::NUMBER)) {
            self.format(&old, &new, types);
        }
        for (min, max, ty) in SIZES {
            if types.meets(ty) {
                self.size(min, 0, &old, &new, |narrow, wide| narrow >= wide);
                self.size(max, u64::MAX, &old, &new, |narrow, wide| narrow <= wide);
            }
        }
    }

    fn range(&mut self, old: &View<'_>, new: &View<'_>, types: Types) {
        for which in Which::BOTH {
            let keyword = which.keyword();
            let (Ok(was), Ok(is)) = (end(old, which), end(new, which)) else {
                self.unknown(keyword, old.get(keyword), new.get(keyword));
                continue;
            };
            let whole = |end: End| {
                if types.meets(Types::FRACTION) { end } else { end.of_integers(which) }
            };
            let (was, is) = (was.map(whole), is.map(whole));
            if was == is {
                continue;
            }
            let fits = match self.narrow_and_wide(was, is) {
                (_, None) => true,
                (None, Some(_)) => false,
                (Some(narrow), Some(wide)) => wide.admits(narrow, which),
            };
            let json = |end: Option<End>| end.map(|end| end.to_json(which)).unwrap_or_default();
            self.tell(&rules::BOUND, keyword, fits, (json(was), json(is)));
        }
    }

    fn size(
        &mut self,
        keyword: &str,
        unstated: u64,
        old: &View<'_>,
        new: &View<'_>,
        within: fn(u64, u64) -> bool,
    ) {
        let (was, is) = (old.get(keyword), new.get(keyword));
        match (size(old, keyword, unstated), size(new, keyword, unstated)) {
            (Ok(before), Ok(after)) if before != after => {
                let (narrow, wide) = self.narrow_and_wide(before, after);
                let pair = (shown(was), shown(is));
                self.tell(&rules::BOUND, keyword, within(narrow, wide), pair);
            }
            (Ok(_), Ok(_)) => {}
            _ => self.unknown(keyword, was, is),
        }
    }

    /// A keyword that either stays, or is no demand of the wide schema.
    fn exact(&mut self, keyword: &str, old: &View<'a>, new: &View<'a>) {
        // `uniqueItems: false` demands nothing.
        let demand = |view: &View<'a>| view.get(keyword).filter(|one| **one != Value::Bool(false));
        let (was, is) = (demand(old), demand(new));
        if was != is {
            let (_, wide) = self.narrow_and_wide(was, is);
            self.tell(&rules::EXACT, keyword, wide.is_none(), (shown(was), shown(is)));
        }
    }

    fn format(&mut self, old: &View<'_>, new: &View<'_>, types: Types) {
        let (was, is) = (old.get("format"), new.get("format"));
        if was == is {
            return;
        }
        let (narrow, wide) = self.narrow_and_wide(was, is);
        let is_range = |format: &Value| format.as_str().and_then(integer_range).is_some();
        let of_strings = types.meets(Types::STRING);
        let fits = match (narrow, wide) {
            (_, None) => true,
            // Told as bounds.
            (_, Some(wide)) if !of_strings && is_range(wide) => return,
            (Some(narrow), Some(wide)) => {
                !of_strings && wide == "double" && (narrow == "float" || is_range(narrow))
            }
            (None, Some(_)) => false,
        };
        if fits && !of_strings && narrow.is_some_and(is_range) {
            return;
        }
        self.tell(&rules::EXACT, "format", fits, (shown(was), shown(is)));
    }

    /// Keywords of which nothing is known but that the same says the same.
    pub(super) fn rest(&mut self, old: View<'a>, new: View<'a>) {
        if self.only_words {
            return;
        }
        let (narrow, wide) = self.narrow_and_wide(old, new);
        let compared = |view: &View<'_>, keyword: &str| {
            KNOWN.contains(&keyword)
                || is_word(keyword)
                || (matches!(keyword, "anyOf" | "oneOf") && view.forms().is_some())
                || (matches!(keyword, "const" | "enum") && values(view, MAX_VALUES).is_some())
        };
        for keyword in wide.keywords().filter(|keyword| !compared(&wide, keyword)) {
            let (of_narrow, of_wide) = (narrow.get(keyword), wide.get(keyword));
            // To a reader, objects and lists are open.
            if DEPENDENT.contains(&keyword) && self.side == Side::Output {
                continue;
            }
            let same = of_narrow == of_wide && !of_wide.is_some_and(refers);
            if !same || DEPENDENT.contains(&keyword) {
                let pair = (shown(old.get(keyword)), shown(new.get(keyword)));
                self.tell(&rules::UNKNOWN, keyword, false, pair);
            }
        }
        for keyword in narrow.keywords().filter(|keyword| !compared(&narrow, keyword)) {
            if wide.get(keyword).is_none() {
                let pair = (shown(old.get(keyword)), shown(new.get(keyword)));
                self.tell(&rules::UNKNOWN, keyword, true, pair);
            }
        }
    }
}
