//! Tools by scopes: who needs what, at a glance.

use super::writer::{Page, scope_id, tool_id};
use crate::manifest::Manifest;
use crate::manifest::model::{AccessPart, ToolPart};
use crate::manifest::render::{LEGEND, Mark};
use crate::manifest::words;

pub(super) fn write(page: &mut Page, manifest: &Manifest) {
    page.within("section", &[("aria-labelledby", "matrix")], |page| {
        page.own("<h2 id=\"matrix\">Scopes and tools</h2>");
        legend(page, manifest);
        // A region that scrolls has to be reachable by the keyboard.
        let region = [
            ("class", "scroll"),
            ("role", "region"),
            ("aria-label", "Table of scopes and tools"),
            ("tabindex", "0"),
        ];
        page.within("div", &region, |page| {
            page.within("table", &[("class", "matrix")], |page| {
                page.within("thead", &[], |page| {
                    page.within("tr", &[], |page| columns(page, manifest));
                });
                page.within("tbody", &[], |page| {
                    for tool in &manifest.tools {
                        page.within("tr", &[("data-for", &tool.name)], |page| {
                            row(page, manifest, tool);
                        });
                    }
                });
            });
        });
    });
}

fn legend(page: &mut Page, manifest: &Manifest) {
    page.within("ul", &[("class", "legend")], |page| {
        for (sign, meaning) in LEGEND {
            page.within("li", &[], |page| {
                page.element("span", &[("class", "mark")], sign);
                page.text(" ");
                page.text(meaning);
            });
        }
        if manifest.tools.iter().any(|tool| tool.access == AccessPart::Unstated) {
            page.own("<li><span class=\"mark open\">?</span> access is not stated</li>");
        }
    });
}

fn columns(page: &mut Page, manifest: &Manifest) {
    page.own("<th scope=\"col\" class=\"corner\">Tool</th>");
    page.own("<th scope=\"col\" class=\"public\"><div>public</div></th>");
    for scope in &manifest.scopes {
        page.within("th", &[("scope", "col")], |page| {
            page.within("div", &[], |page| page.link(&scope_id(&scope.scope), &scope.scope));
        });
    }
}

fn row(page: &mut Page, manifest: &Manifest, tool: &ToolPart) {
    page.within("th", &[("scope", "row")], |page| {
        let effect = words::effect(tool.effect);
        page.link(&tool_id(&tool.name), &tool.name);
        page.text(" ");
        page.element("span", &[("class", effect)], effect);
    });
    match tool.access {
        AccessPart::Public => cell(page, "public", Some(("●", "everyone may call it"))),
        AccessPart::Unstated => cell(page, "public open", Some(("?", "access is not stated"))),
        AccessPart::Scopes(_) => cell(page, "public", None),
    }
    for scope in &manifest.scopes {
        match Mark::of(&scope.scope, tool.access.required()) {
            Some(mark) => cell(page, "", Some((mark.sign(), &mark.words()))),
            None => cell(page, "", None),
        }
    }
}

/// A sign for those who see it, and words for those who hear it or point at it.
fn cell(page: &mut Page, class: &str, content: Option<(&str, &str)>) {
    let Some((sign, meaning)) = content else {
        return page.within("td", &[("class", class)], |_| {});
    };
    page.within("td", &[("class", class), ("title", meaning)], |page| {
        page.element("span", &[("class", "mark"), ("aria-hidden", "true")], sign);
        page.element("span", &[("class", "heard")], meaning);
    });
}
