//! The fields that a message names.

use syn::{LitStr, Member, ext::IdentExt as _};

use crate::{
    diag::{Diagnostics, listed, nearest},
    model::{
        checked::Message,
        parsed::{ErrorVariant, Given},
    },
    parse::message::{self, MessageError, Piece},
};

/// Replaces each name by an argument of the format string.
pub(crate) fn check(
    given: &Given<LitStr>,
    variant: &ErrorVariant,
    diagnostics: &mut Diagnostics,
) -> Option<Message> {
    let literal = &given.value;
    let parsed = match message::parse(&literal.value()) {
        Ok(parsed) => parsed,
        Err(error) => {
            report(literal, &error, variant, diagnostics);
            return None;
        }
    };
    let mut fields: Vec<Member> = Vec::new();
    let mut format = String::new();
    let before = diagnostics.len();
    for piece in parsed.pieces {
        match piece {
            Piece::Verbatim(text) => format.push_str(&text),
            Piece::Field(name) => match find(&name, variant) {
                Some(member) => {
                    let index = fields.iter().position(|field| field == member);
                    let index = index.unwrap_or_else(|| {
                        fields.push(member.clone());
                        fields.len() - 1
                    });
                    format.push_str(&argument(index));
                }
                None => report_unknown(literal, &name, variant, diagnostics),
            },
        }
    }
    (diagnostics.len() == before).then(|| Message { format, span: literal.span(), fields })
}

/// The name of a field in the format string.
fn argument(index: usize) -> String {
    format!("field_{index}")
}

fn find<'a>(name: &str, variant: &'a ErrorVariant) -> Option<&'a Member> {
    variant.fields.iter().map(|field| &field.member).find(|member| member_name(member) == name)
}

fn member_name(member: &Member) -> String {
    match member {
        Member::Named(ident) => ident.unraw().to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    }
}

fn report_unknown(
    literal: &LitStr,
    name: &str,
    variant: &ErrorVariant,
    diagnostics: &mut Diagnostics,
) {
    let names = names(variant);
    let report = diagnostics.error(literal, format!("`{}` has no field `{name}`", variant.ident));
    if let Some(near) = nearest(name, names.iter().map(String::as_str)) {
        report.help(format!("did you mean `{{{near}}}`?"));
    }
    report.note(fields_note(&names));
}

fn report(
    literal: &LitStr,
    error: &MessageError,
    variant: &ErrorVariant,
    diagnostics: &mut Diagnostics,
) {
    match error {
        MessageError::Unclosed => diagnostics
            .error(literal, "`message` has a `{` that is never closed")
            .help("for a brace in the text write `{{`"),
        MessageError::Unopened => diagnostics
            .error(literal, "`message` has a `}` that was never opened")
            .help("for a brace in the text write `}}`"),
        MessageError::Unnamed => diagnostics
            .error(literal, "a placeholder in `message` names no field")
            .help("write `{field}` or `{0}`")
            .note(fields_note(&names(variant))),
    };
}

fn names(variant: &ErrorVariant) -> Vec<String> {
    variant.fields.iter().map(|field| member_name(&field.member)).collect()
}

fn fields_note(names: &[String]) -> String {
    if names.is_empty() {
        "it has no fields".to_owned()
    } else {
        format!("its fields: {}", listed(names.iter().map(String::as_str)))
    }
}
