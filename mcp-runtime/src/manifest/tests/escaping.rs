//! What an author wrote stays text, in every format.

use serde_json::{Value, json};

use super::fixture::{ALL, app};
use crate::manifest::model::Manifest;

/// Ends every kind of context that a careless page would put it in.
const HOSTILE: &str = "</script></style></pre>--><script>alert(1)</script><img src=x \
    onerror=alert(2)>\"onmouseover=alert(3) x='y' |a|b\\|c & [l](javascript:alert(4)) **b** {{x}}";
const HARMLESS: &str = "harmless";

/// Every kind of text that comes from an author.
const TEXTS: [&str; 21] = [
    "invoices",
    "1.2.0",
    "Invoices & payments",
    "get_invoice",
    "One invoice",
    "2",
    "cached_invoice",
    "Void an invoice.",
    "pay_invoice",
    "read:invoices",
    "admin:invoices",
    "Read invoices",
    "customer_id",
    "The customer that owns the invoice.",
    "number",
    "tenant",
    "pin",
    "parts",
    "bank",
    "Invoice",
    "What was sold.",
];

/// The fixture with `addition` at the end of each of those.
fn with(addition: &str) -> Manifest {
    let mut text = app(&ALL).manifest().json();
    for one in TEXTS {
        let whole = json!(one).to_string();
        assert!(text.contains(&whole), "{one}");
        text = text.replace(&whole, &json!(format!("{one} {addition}")).to_string());
    }
    serde_json::from_str(&text).unwrap()
}

fn hostile() -> Manifest {
    with(HOSTILE)
}

fn harmless() -> Manifest {
    with(HARMLESS)
}

#[test]
fn no_text_becomes_markup_of_a_page() {
    let (hostile, harmless) = (hostile().html(), harmless().html());
    assert!(hostile.contains("alert(2)"), "the text is there");
    for sign in ['<', '>', '"', '\''] {
        let count = |page: &str| page.matches(sign).count();
        assert_eq!(count(&hostile), count(&harmless), "of {sign}");
    }
}

#[test]
fn a_page_has_one_script_and_one_style_and_its_policy_names_them() {
    use base64::Engine;
    use sha2::Digest;

    let page = hostile().html();
    for tag in ["script", "style"] {
        let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
        assert_eq!(page.matches(&format!("<{tag}")).count(), 1);
        assert_eq!(page.matches(&close).count(), 1);
        let (_, rest) = page.split_once(&open).unwrap();
        let (inside, _) = rest.split_once(&close).unwrap();
        let digest = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(inside));
        // The quotes of the policy are escaped in its attribute.
        assert!(page.contains(&format!("{tag}-src &#39;sha256-{digest}&#39;;")), "{tag}");
    }
    assert!(page.contains("default-src &#39;none&#39;;"));
}

#[test]
fn a_page_leads_nowhere_and_loads_nothing() {
    let page = app(&ALL).manifest().html();
    assert!(!page.contains(" style=") && !page.contains(" src=") && !page.contains("url("));
    for (at, _) in page.match_indices("href=\"") {
        assert!(page[at + 6..].starts_with('#'), "{}", &page[at..at + 40]);
    }
    for word in ["onclick", "onload", "innerHTML", "eval(", "http://", "https://", "@import"] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn no_text_breaks_a_table_of_markdown() {
    let (hostile, harmless) = (hostile().markdown(), harmless().markdown());
    assert!(hostile.contains("alert(2)"), "the text is there");
    let shape = |text: &str| -> Vec<usize> {
        text.lines().map(|line| line.replace("\\|", "").matches('|').count()).collect()
    };
    assert_eq!(shape(&hostile), shape(&harmless));
    let outside_of_code: String = hostile.split('`').step_by(2).collect();
    let unescaped = outside_of_code.replace("\\]", "");
    for markup in ["<script", "<img", "](", "**b**"] {
        assert!(!unescaped.contains(markup), "{markup}");
    }
}

#[test]
fn json_formats_hold_texts_as_they_are() {
    let openapi: Value = serde_json::from_str(&hostile().openapi()).unwrap();
    assert_eq!(openapi["info"]["title"], format!("Invoices & payments {HOSTILE}"));
    let name = format!("get_invoice {HOSTILE}");
    assert_eq!(openapi["paths"][format!("/tools/{name}")]["post"]["operationId"], name);
}

#[test]
fn hidden_characters_are_shown() {
    let mut manifest = harmless();
    manifest.tools[0].description = "pay\u{202e}\u{e0041} nobody".into();
    for text in [manifest.html(), manifest.markdown()] {
        assert!(text.contains("pay⟨U+202E⟩⟨U+E0041⟩ nobody"));
        assert!(!text.contains(['\u{202e}', '\u{e0041}']));
    }
    // Programs get what is there.
    assert!(manifest.json().contains("pay\u{202e}\u{e0041} nobody"));
}

#[test]
fn paragraphs_and_code_of_a_description_are_kept() {
    let mut manifest = harmless();
    manifest.tools[0].description = "One `a<b` line.\n\nAnother.".into();
    assert!(manifest.html().contains("<p>One <code>a&lt;b</code> line.</p><p>Another.</p>"));
    assert!(manifest.markdown().contains("One `a<b` line.\n\nAnother.\n"));
}
