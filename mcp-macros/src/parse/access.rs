//! The keys that say who may call a tool.

use syn::{Lit, LitStr};

use super::{
    entries::{Entries, literal},
    policies::elements,
    scope, shape,
    texts::checked,
};
use crate::{
    diag::Diagnostics,
    model::access::{Access, WrittenScope},
};

/// Takes `scope` and `public`.
pub(super) fn parse(entries: &mut Entries, diagnostics: &mut Diagnostics) -> Access {
    Access {
        scope_first: entries.precedes("scope", "public"),
        public: entries.flag("public", diagnostics),
        scopes: scopes(entries, diagnostics),
    }
}

fn scopes(
    entries: &mut Entries,
    diagnostics: &mut Diagnostics,
) -> Option<(syn::Ident, Vec<WrittenScope>)> {
    let entry = entries.take("scope")?;
    let texts: Option<Vec<LitStr>> = elements(&entry.value)
        .iter()
        .map(|value| match literal(value) {
            Some(Lit::Str(text)) => Some(text),
            _ => None,
        })
        .collect();
    let Some(texts) = texts.filter(|texts| !texts.is_empty()) else {
        shape::report(&entry, diagnostics);
        return None;
    };
    let mut scopes: Vec<WrittenScope> = Vec::new();
    for literal in texts {
        let Some(scope) = one(&literal, diagnostics) else { continue };
        if scopes.iter().any(|other| other.scope.token == scope.token) {
            let report = diagnostics.error(&literal, format!("`{}` is given twice", scope.token));
            if scope.fields.is_empty() {
                report.help("remove one of the two");
            } else {
                report.help("write it once, with all of its constraints in one `.where(…)`");
            }
            continue;
        }
        scopes.push(WrittenScope { literal, scope });
    }
    Some((entry.word, scopes))
}

fn one(literal: &LitStr, diagnostics: &mut Diagnostics) -> Option<crate::model::access::Scope> {
    let text = literal.value();
    let pieces = pieces(&text);
    if pieces.concat().len() == text.len() {
        return checked(literal, "scope", scope::parse, diagnostics);
    }
    let shown = text.escape_debug();
    let report = diagnostics.error(literal, format!("`scope` contains a space: \"{shown}\""));
    let words: Vec<&str> = pieces.iter().map(|piece| piece.trim_end_matches(',')).collect();
    if words.len() > 1 && words.iter().all(|word| scope::parse(word).is_ok()) {
        let list = words.join("\", \"");
        report.help(format!("for several scopes write `scope = [\"{list}\"]`"));
    } else if scope::parse(&pieces.concat()).is_ok() {
        report.help(format!("write `scope = \"{}\"`", pieces.concat()));
    } else {
        report.help("write one scope, such as `scope = \"read:invoices\"`");
    }
    None
}

/// The pieces between spaces that don't stand in parentheses.
fn pieces(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let is_space = |c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && c.is_whitespace()
    };
    text.split(is_space).filter(|piece| !piece.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use proc_macro2::TokenStream;

    use super::*;
    use crate::parse::keys;

    fn messages(text: &str) -> Vec<String> {
        let mut diagnostics = Diagnostics::default();
        let tokens = TokenStream::from_str(text).unwrap_or_default();
        let mut entries = Entries::parse("#[tool]", keys::TOOL, tokens, &mut diagnostics);
        let _ = parse(&mut entries, &mut diagnostics);
        diagnostics.messages().into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn every_shape_is_accepted() {
        for text in
            ["scope = \"read:a\"", "scope = [\"read:a\", \"write:a.where( b = c , d )\"]", "public"]
        {
            assert_eq!(messages(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn every_other_shape_is_one_error() {
        for text in [
            "scope",
            "scope = []",
            "scope = read",
            "scope = 5",
            "scope(\"read:a\")",
            "scope = [\"read:a\", 5]",
            "scope = [\"read:a\", \"read:a\"]",
            "scope = \"\"",
            "public = true",
        ] {
            assert_eq!(messages(text).len(), 1, "{text}: {:?}", messages(text));
        }
    }

    #[test]
    fn spaces_are_guessed_about() {
        for (text, help) in [
            ("read:a write:b", "for several scopes write `scope = [\"read:a\", \"write:b\"]`"),
            ("read:a, write:b", "for several scopes write `scope = [\"read:a\", \"write:b\"]`"),
            (" read:a", "write `scope = \"read:a\"`"),
            ("read: a .where(b = c)", "write `scope = \"read:a.where(b = c)\"`"),
            ("to read", "write one scope, such as `scope = \"read:invoices\"`"),
        ] {
            let expected = format!("`scope` contains a space: \"{text}\"\n= help: {help}");
            assert_eq!(messages(&format!("scope = {text:?}")), [expected]);
        }
    }
}
