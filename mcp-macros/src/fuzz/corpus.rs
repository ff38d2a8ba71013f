//! Inputs that people wrote: in the UI tests, in the documents, and those that failed once.

use std::{fs, path::Path, str::FromStr as _};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::case::{Case, Macro};

/// Inputs for which a macro once did the wrong thing, one after the other.
const REGRESSIONS: &str = include_str!("regressions.txt");

pub(super) fn regressions() -> Vec<Case> {
    REGRESSIONS.split("\n\n").filter_map(|text| Case::from_text(text.trim_start())).collect()
}

/// How many there should be.
pub(super) fn regressions_written() -> usize {
    REGRESSIONS.split("\n\n").filter(|text| !text.trim().is_empty()).count()
}

/// Every use of a macro in the sources and documents of the workspace.
pub(super) fn written() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for place in ["tests/ui", "tests/hygiene/src", "docs/guide", "examples"] {
        collect(&root.join(place), &mut files);
    }
    // The order of a directory is nobody's promise.
    files.sort();
    let mut cases = Vec::new();
    for text in files {
        if let Ok(tokens) = TokenStream::from_str(&text) {
            uses(tokens, &mut cases);
        }
    }
    cases
}

/// The sources below `place`: files, and blocks of code in documents.
fn collect(place: &Path, files: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(place) else { return };
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, files);
            continue;
        }
        let Ok(text) = fs::read_to_string(&path) else { continue };
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("rs") => files.push(text),
            Some("md") => {
                let blocks = text.split("```").skip(1).step_by(2);
                files.extend(blocks.filter_map(|block| Some(block.split_once('\n')?.1.to_owned())));
            }
            _ => {}
        }
    }
}

/// Finds `#[tool(…)] item` and its like, at any depth.
fn uses(tokens: TokenStream, cases: &mut Vec<Case>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, tree) in trees.iter().enumerate() {
        let TokenTree::Group(group) = tree else { continue };
        uses(group.stream(), cases);
        let before = |back: usize| at.checked_sub(back).and_then(|at| trees.get(at));
        let after_hash = is_punct(before(1), '#');
        let called = before(2).filter(|_| is_punct(before(1), '!'));
        match called.map(ToString::to_string).as_deref() {
            Some("tools") => cases.push(listed(Macro::ToolList, group.stream())),
            Some("scopes") => cases.push(listed(Macro::Catalogue, group.stream())),
            _ => {}
        }
        if after_hash && group.delimiter() == Delimiter::Bracket {
            let item = item(&trees[at + 1..]);
            cases.extend(attribute(group.stream(), item));
        }
    }
}

fn is_punct(tree: Option<&TokenTree>, wanted: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

fn listed(which: Macro, tokens: TokenStream) -> Case {
    Case { which, arguments: TokenStream::new(), item: tokens }
}

/// An attribute's macro, by the last word of its path.
fn attribute(attribute: TokenStream, item: TokenStream) -> Option<Case> {
    let trees: Vec<TokenTree> = attribute.into_iter().collect();
    let (word, arguments) = match trees.as_slice() {
        [.., word, TokenTree::Group(group)] => (word, group.stream()),
        [.., word] => (word, TokenStream::new()),
        [] => return None,
    };
    match word.to_string().as_str() {
        "tool" => Some(Case { which: Macro::Tool, arguments, item }),
        "dependency" => Some(Case { which: Macro::Dependency, arguments, item }),
        "derive" if arguments.to_string().contains("ToolError") => {
            Some(Case { which: Macro::ErrorType, arguments: TokenStream::new(), item })
        }
        _ => None,
    }
}

/// Up to the first braces or semicolon.
fn item(trees: &[TokenTree]) -> TokenStream {
    let is_end = |tree: &TokenTree| match tree {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        other => is_punct(Some(other), ';'),
    };
    let end = trees.iter().position(is_end).map_or(trees.len(), |at| at + 1);
    trees[..end].iter().cloned().collect()
}
