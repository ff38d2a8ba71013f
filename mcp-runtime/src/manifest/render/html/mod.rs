//! One page that a reviewer reads: self-contained, for screens and for paper.
//!
//! The page's policy names its style and its script by their digests and allows nothing else. So
//! there is no other script on it, whatever a description says, and it can't load or send anything.

mod controls;
mod matrix;
mod scopes;
mod tool;
mod writer;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::manifest::Manifest;
use crate::manifest::findings::{Finding, findings};
use crate::manifest::model::{AccessPart, EffectPart, ToolPart};
use writer::{Page, scope_id, tool_id};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// So many names stand in the open; more are folded away.
const FEW: usize = 12;

pub(in crate::manifest) fn render(manifest: &Manifest) -> String {
    let mut page = Page::default();
    page.own("<!doctype html>\n");
    page.within("html", &[("lang", "en")], |page| {
        head(page, manifest);
        page.within("body", &[], |page| body(page, manifest));
    });
    page.own("\n");
    page.finish()
}

fn head(page: &mut Page, manifest: &Manifest) {
    let server = &manifest.server;
    page.within("head", &[], |page| {
        page.void("meta", &[("charset", "utf-8")]);
        page.void("meta", &[("http-equiv", "Content-Security-Policy"), ("content", &policy())]);
        page.void("meta", &[("name", "referrer"), ("content", "no-referrer")]);
        page.void(
            "meta",
            &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")],
        );
        page.void("meta", &[("name", "color-scheme"), ("content", "light dark")]);
        page.element("title", &[], &format!("{} {}: contract", server.name, server.version));
        page.within("style", &[], |page| page.own(STYLE));
    });
}

fn policy() -> String {
    let allowed = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        allowed(STYLE),
        allowed(SCRIPT)
    )
}

fn body(page: &mut Page, manifest: &Manifest) {
    page.own("<a class=\"skip\" href=\"#tools\">Skip to the tools</a>");
    page.within("header", &[], |page| header(page, manifest));
    page.within("main", &[], |page| {
        worth_a_look(page, &findings(manifest));
        controls::write(page, manifest);
        matrix::write(page, manifest);
        scopes::write(page, manifest);
        page.within("section", &[("aria-labelledby", "tools")], |page| {
            page.within("div", &[("class", "heading")], |page| {
                page.element("h2", &[("id", "tools"), ("tabindex", "-1")], "Tools");
                page.own(
                    "<button type=\"button\" id=\"unfold\" aria-pressed=\"false\" hidden>\
                     Unfold all</button>",
                );
            });
            for part in &manifest.tools {
                tool::write(page, part);
            }
            page.own("<p id=\"none\" hidden>No tool is left by this filter.</p>");
        });
    });
    page.within("footer", &[], |page| {
        page.text("Manifest ");
        page.code(&manifest.digest);
        page.text(". This page loads nothing and sends nothing.");
    });
    page.within("script", &[], |page| page.own(SCRIPT));
}

fn header(page: &mut Page, manifest: &Manifest) {
    let server = &manifest.server;
    page.own("<p class=\"kind\">Contract of an MCP server</p>");
    page.within("h1", &[], |page| {
        page.text(server.title.as_ref().unwrap_or(&server.name));
        page.text(" ");
        page.element("span", &[("class", "version")], &server.version);
    });
    page.within("p", &[("class", "digest")], |page| {
        page.code(&server.name);
        page.text(" ");
        page.code(&manifest.digest);
    });
    page.within("dl", &[("class", "counts")], |page| {
        let of = |matches: fn(&ToolPart) -> bool| {
            manifest.tools.iter().filter(|tool| matches(tool)).count()
        };
        let counts = [
            ("", "tools", of(|_| true)),
            ("read", "read", of(|tool| tool.effect == EffectPart::Read)),
            ("write", "write", of(|tool| tool.effect == EffectPart::Write)),
            ("destructive", "destructive", of(|tool| tool.effect == EffectPart::Destructive)),
            ("", "public", of(|tool| tool.access == AccessPart::Public)),
            ("", "scopes", manifest.scopes.len()),
        ];
        for (class, what, count) in counts {
            page.within("div", &[("class", class)], |page| {
                page.element("dt", &[], what);
                page.element("dd", &[], &count.to_string());
            });
        }
    });
}

fn worth_a_look(page: &mut Page, found: &[Finding]) {
    page.within("section", &[("aria-labelledby", "look")], |page| {
        page.own("<h2 id=\"look\">Worth a look</h2>");
        if found.is_empty() {
            page.own("<p>Nothing: every rule of this page is kept.</p>");
            return;
        }
        page.within("ul", &[("class", "findings")], |page| {
            for finding in found {
                let class = if finding.grave { "grave" } else { "minor" };
                page.within("li", &[("class", class)], |page| self::finding(page, finding));
            }
        });
    });
}

fn finding(page: &mut Page, finding: &Finding) {
    let Finding { grave, title, why, tools, scopes } = finding;
    page.within("div", &[], |page| {
        let level = if *grave { "risk" } else { "note" };
        page.element("span", &[("class", "level")], level);
        page.within("h3", &[], |page| {
            page.text(title);
            page.element("span", &[("class", "count")], &(tools.len() + scopes.len()).to_string());
        });
        page.within("p", &[], |page| page.spans(why));
    });
    let names = |page: &mut Page| {
        page.within("p", &[("class", "names")], |page| {
            page.links(tool_id, tools);
            page.links(scope_id, scopes);
        });
    };
    if tools.len() + scopes.len() <= FEW {
        return names(page);
    }
    page.within("details", &[], |page| {
        page.own("<summary>Show them</summary>");
        names(page);
    });
}
