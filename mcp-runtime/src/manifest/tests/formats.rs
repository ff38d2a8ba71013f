//! Each format as it looks, and what all of them keep.

use super::fixture::{ALL, app};

#[test]
fn json() {
    insta::assert_snapshot!("manifest.json", app(&ALL).manifest().json());
}

#[test]
fn markdown() {
    insta::assert_snapshot!("manifest.md", app(&ALL).manifest().markdown());
}

#[test]
fn openapi() {
    insta::assert_snapshot!("openapi.json", app(&ALL).manifest().openapi());
}

/// The page without its style and script, an element a line.
#[test]
fn html() {
    let page = app(&ALL).manifest().html();
    let (head, rest) = page.split_once("<style>").unwrap();
    let (_, rest) = rest.split_once("</style>").unwrap();
    let (rest, end) = rest.split_once("<script>").unwrap();
    let (_, end) = end.split_once("</script>").unwrap();
    let policy = head.find("default-src").unwrap();
    let length = head[policy..].find('"').unwrap();
    let head = format!("{}…{}", &head[..policy], &head[policy + length..]);
    let lines = format!("{head}{rest}{end}").replace("><", ">\n<");
    insta::assert_snapshot!("page.html", lines);
}

#[test]
fn json_reads_back_as_the_same_manifest() {
    let manifest = app(&ALL).manifest();
    let read: crate::Manifest = serde_json::from_str(&manifest.json()).unwrap();
    assert_eq!(read, manifest);
}

#[test]
fn texts_end_with_one_line_break() {
    let manifest = app(&ALL).manifest();
    for text in [manifest.json(), manifest.markdown(), manifest.html(), manifest.openapi()] {
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"));
    }
}
