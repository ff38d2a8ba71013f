//! Lists: what stands at each place.

use serde_json::Value;

use super::bounds::size;
use super::rules;
use super::types::Types;
use super::view::View;
use super::walk::Walk;

/// Places that are looked at one by one.
const MAX_PLACES: usize = 256;

impl<'a> Walk<'a> {
    pub(super) fn lists(&mut self, old: View<'a>, new: View<'a>) {
        for keyword in ["prefixItems", "items"] {
            let malformed = |view: &View<'_>| match view.get(keyword) {
                None => false,
                Some(Value::Array(all)) if keyword == "prefixItems" => {
                    all.iter().any(|one| view.sub(one).is_none())
                }
                Some(_) if keyword == "prefixItems" => true,
                Some(value) => view.sub(value).is_none(),
            };
            if malformed(&old) || malformed(&new) {
                return self.unknown(keyword, old.get(keyword), new.get(keyword));
            }
        }
        let (narrow, _) = self.narrow_and_wide(old, new);
        let longest = size(&narrow, "maxItems", u64::MAX).unwrap_or(u64::MAX);
        let places = old.list("prefixItems").len().max(new.list("prefixItems").len());
        if places > MAX_PLACES {
            return self.unknown("prefixItems", old.get("prefixItems"), new.get("prefixItems"));
        }
        for place in 0..places {
            if u64::try_from(place).is_ok_and(|place| place < longest) {
                self.place_of_list(format!("[{place}]"), item(old, place), item(new, place));
            }
        }
        if u64::try_from(places).is_ok_and(|places| places < longest) {
            self.place_of_list("[]".into(), item(old, places), item(new, places));
        }
    }

    fn place_of_list(&mut self, segment: String, old: View<'a>, new: View<'a>) {
        let (narrow, wide) = self.narrow_and_wide(old, new);
        // Nothing can stand where the wide schema has the end of the list.
        if wide.types == Types::NONE && narrow.types != Types::NONE {
            let pair = (old.shown(), new.shown());
            self.within(segment, |walk| walk.tell(&rules::ITEMS, "", false, pair));
        } else if narrow.types == Types::NONE && wide.types != Types::NONE {
            let pair = (old.shown(), new.shown());
            self.within(segment, |walk| walk.tell(&rules::ITEMS, "", true, pair));
        } else {
            self.within(segment, |walk| walk.relate(old, new));
        }
    }
}

/// What may stand at a place.
fn item(view: View<'_>, place: usize) -> View<'_> {
    let schema: Option<&Value> = view.list("prefixItems").get(place).or(view.get("items"));
    schema.and_then(|schema| view.sub(schema)).unwrap_or(View::TRUE)
}
