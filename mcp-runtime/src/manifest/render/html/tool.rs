//! One tool: what it does, who may call it, what holds for its calls, what it takes and gives.

use serde_json::{Map, Value};

use super::writer::{Page, scope_id, tool_id};
use crate::manifest::arguments::{Argument, arguments};
use crate::manifest::model::{AccessPart, RequiredScope, ToolPart};
use crate::manifest::words;

pub(super) fn write(page: &mut Page, tool: &ToolPart) {
    let effect = words::effect(tool.effect);
    let (id, name_id) = (tool_id(&tool.name), format!("name-{}", tool.name));
    let attributes = [
        ("class", "tool"),
        ("id", &*id),
        ("aria-labelledby", &*name_id),
        ("data-tool", &*tool.name),
        ("data-effect", effect),
        ("data-scopes", &*opened_by(&tool.access)),
    ];
    page.within("article", &attributes, |page| {
        page.within("div", &[("class", "heading")], |page| {
            page.within("h3", &[("id", &name_id)], |page| page.code(&tool.name));
            page.within("p", &[("class", "badges")], |page| badges(page, tool, effect));
        });
        if let Some(title) = &tool.title {
            page.element("p", &[("class", "title")], title);
        }
        page.within("div", &[("class", "description")], |page| page.paragraphs(&tool.description));
        page.within("dl", &[("class", "facts")], |page| facts(page, tool));
        argument_table(page, &tool.name, &arguments(&tool.input_schema));
        policies_in_words(page, tool);
        schema(page, "Input schema", Some(&tool.input_schema));
        schema(page, "Output schema", tool.output_schema.as_ref());
    });
}

/// What the filter by scope compares with, one a line: scopes hold no line break.
fn opened_by(access: &AccessPart) -> String {
    let (public, unstated) = (*access == AccessPart::Public, *access == AccessPart::Unstated);
    let words = [("public", public), ("unstated", unstated)];
    let words = words.into_iter().filter(|(_, holds)| *holds).map(|(word, _)| word);
    let scopes = access.required().iter().flat_map(|one| {
        [one.scope.as_str()].into_iter().chain(one.implied_by.iter().map(String::as_str))
    });
    words.chain(scopes).collect::<Vec<_>>().join("\n")
}

fn badges(page: &mut Page, tool: &ToolPart, effect: &str) {
    page.element("span", &[("class", effect)], effect);
    for flag in words::flags(tool) {
        page.text(" ");
        page.element("span", &[("class", "flag"), ("title", &flag.meaning)], flag.label);
    }
    page.text(" ");
    page.element("span", &[("class", "quiet")], &format!("version {}", tool.version));
}

fn facts(page: &mut Page, tool: &ToolPart) {
    page.own("<dt>Access</dt>");
    page.within("dd", &[], |page| access(page, &tool.access));
    page.own("<dt>Policies</dt>");
    page.within("dd", &[], |page| {
        page.within("ul", &[("class", "chips")], |page| {
            for fact in words::policies(tool) {
                page.within("li", &[("title", &fact.meaning)], |page| {
                    page.element("span", &[], fact.label);
                    page.text(" ");
                    page.element("b", &[], &fact.value);
                });
            }
        });
    });
    if !tool.secrets.is_empty() {
        page.own("<dt>Secrets</dt>");
        page.within("dd", &[], |page| {
            codes(page, &tool.secrets);
            page.text(": recorded nowhere.");
        });
    }
    if !tool.checks.is_empty() {
        page.own("<dt>Checks</dt>");
        page.within("dd", &[], |page| {
            for checked in &tool.checks {
                page.within("p", &[], |page| {
                    page.text("A rule of its own looks at ");
                    if checked.is_empty() {
                        page.text("the call");
                    }
                    codes(page, checked);
                    page.text(".");
                });
            }
        });
    }
}

fn access(page: &mut Page, access: &AccessPart) {
    if *access == AccessPart::Unstated {
        page.element("p", &[("class", "warning")], words::access(access));
        return;
    }
    page.within("p", &[], |page| {
        page.text(words::access(access));
        if let [one] = access.required() {
            page.text(" ");
            scope(page, one);
        }
    });
    if let several @ [_, _, ..] = access.required() {
        page.within("ul", &[], |page| {
            for one in several {
                page.within("li", &[], |page| scope(page, one));
            }
        });
    }
}

fn scope(page: &mut Page, one: &RequiredScope) {
    page.link(&scope_id(&one.scope), &one.scope);
    if !one.implied_by.is_empty() {
        page.text(" (or ");
        page.links(scope_id, &one.implied_by);
        page.text(")");
    }
    page.text(".");
    for sentence in words::constraints(one) {
        page.text(" ");
        page.spans(&sentence);
    }
}

/// What the chips mean, for paper, for fingers, and for those who hear the page.
fn policies_in_words(page: &mut Page, tool: &ToolPart) {
    page.within("details", &[], |page| {
        page.own("<summary>Policies in words</summary>");
        page.within("ul", &[("class", "meanings")], |page| {
            for fact in words::policies(tool) {
                page.within("li", &[], |page| {
                    page.within("b", &[], |page| {
                        page.text(fact.label);
                        page.text(" ");
                        page.text(&fact.value);
                    });
                    page.text(" ");
                    page.text(&fact.meaning);
                });
            }
        });
    });
}

fn codes(page: &mut Page, all: &[String]) {
    for (index, one) in all.iter().enumerate() {
        if index > 0 {
            page.text(", ");
        }
        page.code(one);
    }
}

fn argument_table(page: &mut Page, tool: &str, all: &[Argument]) {
    if all.is_empty() {
        page.own("<p class=\"quiet\">No arguments.</p>");
        return;
    }
    let label = format!("Arguments of {tool}");
    // What scrolls has to be reachable by the keyboard.
    let region =
        [("class", "scroll"), ("role", "region"), ("aria-label", &*label), ("tabindex", "0")];
    page.within("div", &region, |page| {
        page.within("table", &[("class", "arguments")], |page| {
            page.own(
                "<thead><tr><th scope=\"col\">Argument</th><th scope=\"col\">Type</th>\
                 <th scope=\"col\">Rules</th><th scope=\"col\">Description</th></tr></thead>",
            );
            page.within("tbody", &[], |page| {
                for one in all {
                    page.within("tr", &[], |page| argument(page, one));
                }
            });
        });
    });
}

fn argument(page: &mut Page, one: &Argument) {
    page.within("th", &[("scope", "row")], |page| {
        page.code(&one.path);
        if !one.required {
            page.own(" <span class=\"quiet\">optional</span>");
        }
    });
    page.element("td", &[], &one.ty);
    page.within("td", &[], |page| {
        for (index, rule) in one.rules.iter().enumerate() {
            if index > 0 {
                page.own("<br>");
            }
            page.spans(rule);
        }
    });
    page.within("td", &[], |page| page.spans(&one.description));
}

fn schema(page: &mut Page, what: &str, schema: Option<&Map<String, Value>>) {
    let Some(schema) = schema else { return };
    page.within("details", &[], |page| {
        page.element("summary", &[], what);
        let text = serde_json::to_string_pretty(schema).unwrap_or_default();
        page.within("pre", &[("tabindex", "0")], |page| page.code(&text));
    });
}
