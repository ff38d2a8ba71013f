//! Search and filters. Without scripts they would do nothing, so a script shows them.

use super::writer::Page;
use crate::manifest::Manifest;

pub(super) fn write(page: &mut Page, manifest: &Manifest) {
    let attributes =
        [("class", "controls"), ("id", "controls"), ("role", "search"), ("hidden", "")];
    page.within("div", &attributes, |page| {
        page.own(
            "<label class=\"grow\"><span>Search</span>\
             <input type=\"search\" id=\"search\" autocomplete=\"off\" spellcheck=\"false\" \
             placeholder=\"name, description, argument\"></label>",
        );
        page.own("<fieldset><legend>Effect</legend>");
        for effect in ["read", "write", "destructive"] {
            page.within("label", &[("class", "choice")], |page| {
                page.void(
                    "input",
                    &[("type", "checkbox"), ("name", "effect"), ("value", effect), ("checked", "")],
                );
                page.element("span", &[], effect);
            });
        }
        page.own("</fieldset>");
        page.own("<label><span>Opened by</span><select id=\"scope\">");
        // A scope has a colon in it, so it can't be taken for one of these.
        for (value, label) in [("", "any"), ("public", "public"), ("unstated", "not stated")] {
            page.element("option", &[("value", value)], label);
        }
        for scope in &manifest.scopes {
            page.element("option", &[("value", &scope.scope)], &scope.scope);
        }
        page.own("</select></label>");
        page.own("<p id=\"shown\" role=\"status\"></p>");
    });
}
