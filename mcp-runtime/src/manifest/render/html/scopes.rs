//! What each scope opens.

use super::writer::{Page, scope_id, tool_id};
use crate::manifest::Manifest;
use crate::manifest::model::{ScopePart, ToolPart};
use crate::manifest::render::Mark;

pub(super) fn write(page: &mut Page, manifest: &Manifest) {
    if manifest.scopes.is_empty() {
        return;
    }
    page.within("section", &[("aria-labelledby", "scopes")], |page| {
        page.own("<h2 id=\"scopes\">What each scope opens</h2>");
        page.within("table", &[("class", "scopes")], |page| {
            page.own(
                "<thead><tr><th scope=\"col\">Scope</th><th scope=\"col\">Opens</th></tr></thead>",
            );
            page.within("tbody", &[], |page| {
                for scope in &manifest.scopes {
                    page.within("tr", &[("id", &scope_id(&scope.scope))], |page| {
                        row(page, manifest, scope);
                    });
                }
            });
        });
    });
}

fn row(page: &mut Page, manifest: &Manifest, scope: &ScopePart) {
    page.within("th", &[("scope", "row")], |page| {
        page.code(&scope.scope);
        if let Some(description) = &scope.description {
            page.within("p", &[], |page| page.spans(description));
        }
        if !scope.implies.is_empty() {
            page.within("p", &[], |page| {
                page.text("Includes ");
                page.links(scope_id, &scope.implies);
            });
        }
    });
    page.within("td", &[], |page| {
        if scope.tools.is_empty() {
            page.own("<p class=\"quiet\">Nothing.</p>");
            return;
        }
        page.within("ul", &[("class", "opens")], |page| {
            for tool in &manifest.tools {
                if let Some(mark) = Mark::of(&scope.scope, tool.access.required()) {
                    page.within("li", &[], |page| opens(page, tool, scope, mark));
                }
            }
        });
    });
}

fn opens(page: &mut Page, tool: &ToolPart, scope: &ScopePart, mark: Mark) {
    let words = mark.words();
    page.element(
        "span",
        &[("class", "mark"), ("title", &words), ("aria-hidden", "true")],
        mark.sign(),
    );
    page.within("span", &[], |page| tool_link(page, tool, scope, &words));
}

/// The tool, and the fields by which a grant of the scope can be limited for it.
fn tool_link(page: &mut Page, tool: &ToolPart, scope: &ScopePart, words: &str) {
    page.link(&tool_id(&tool.name), &tool.name);
    page.element("span", &[("class", "heard")], words);
    let mut fields: Vec<&str> = tool
        .access
        .required()
        .iter()
        .filter(|one| one.met_by(&scope.scope))
        .flat_map(|one| one.constraints.iter().map(|one| one.field.as_str()))
        .collect();
    fields.sort_unstable();
    fields.dedup();
    if !fields.is_empty() {
        page.within("span", &[("class", "quiet")], |page| {
            page.text(" by ");
            page.text(&fields.join(", "));
        });
    }
}
