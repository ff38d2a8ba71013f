//! What each variant of an error type becomes.

use syn::{Ident, LitStr};

use super::{code, message};
use crate::{
    diag::{Diagnostics, listed, nearest},
    model::{
        checked::{Coded, Conversion, ErrorType, Target},
        parsed::{self, ErrorAttribute, ErrorVariant, Given},
    },
};

/// What may be written, and the runtime's variant for it.
type Choices = [(&'static str, &'static str)];

const EFFECTS: &Choices = &[("none", "None"), ("applied", "Applied"), ("unknown", "Unknown")];

const ACTIONS: &Choices = &[
    ("retry", "Retry"),
    ("fallback", "Fallback"),
    ("escalate", "Escalate"),
    ("continue", "Continue"),
    ("stop", "Stop"),
];

/// Checks all variants; the result is right if no error was reported.
pub(crate) fn check(input: parsed::ErrorType, diagnostics: &mut Diagnostics) -> ErrorType {
    let conversions = input
        .variants
        .into_iter()
        .map(|variant| Conversion { target: target(&variant, diagnostics), path: variant.path })
        .collect();
    ErrorType { ident: input.ident, generics: input.generics, conversions }
}

fn target(variant: &ErrorVariant, diagnostics: &mut Diagnostics) -> Target {
    let Some(attribute) = &variant.attribute else {
        return Target::Internal;
    };
    if let Some(word) = &attribute.transparent {
        return transparent(word, attribute, variant, diagnostics);
    }
    check_effect(attribute, diagnostics);
    let message =
        attribute.message.as_ref().and_then(|given| message::check(given, variant, diagnostics));
    let effect = choice(attribute.effect.as_ref(), EFFECTS, diagnostics);
    let next = choice(attribute.next.as_ref(), ACTIONS, diagnostics);
    let Some(code) = &attribute.code else {
        if attribute.intact {
            report_no_code(attribute, variant, diagnostics);
        }
        return Target::Internal;
    };
    code::check(&code.value, diagnostics);
    Target::Coded(Box::new(Coded {
        code: code.value.clone(),
        message,
        retryable: attribute.retryable.is_some(),
        retry_after: attribute.retry_after.as_ref().map(|given| given.value),
        effect,
        next,
    }))
}

fn report_no_code(
    attribute: &ErrorAttribute,
    variant: &ErrorVariant,
    diagnostics: &mut Diagnostics,
) {
    diagnostics.error(&attribute.word, format!("`{}` has no `code`", variant.ident)).help(
        "add `code = \"not_found\"` or a code of your own; without the attribute it is `internal`",
    );
}

fn transparent(
    word: &Ident,
    attribute: &ErrorAttribute,
    variant: &ErrorVariant,
    diagnostics: &mut Diagnostics,
) -> Target {
    let others = [
        attribute.code.as_ref().map(|given| &given.key),
        attribute.message.as_ref().map(|given| &given.key),
        attribute.retryable.as_ref(),
        attribute.retry_after.as_ref().map(|given| &given.key),
        attribute.effect.as_ref().map(|given| &given.key),
        attribute.next.as_ref().map(|given| &given.key),
    ];
    for key in others.into_iter().flatten() {
        diagnostics
            .error(key, format!("`{key}` and `transparent` contradict each other"))
            .help("the field says it all; remove one of the two");
    }
    if let [field] = variant.fields.as_slice() {
        return Target::Transparent {
            member: field.member.clone(),
            ty: Box::new(field.ty.clone()),
        };
    }
    diagnostics
        .error(
            word,
            format!(
                "`transparent` needs exactly one field, `{}` has {}",
                variant.ident,
                variant.fields.len()
            ),
        )
        .help("the field is what the variant turns into");
    Target::Internal
}

fn check_effect(attribute: &ErrorAttribute, diagnostics: &mut Diagnostics) {
    let retry =
        attribute.retryable.as_ref().or(attribute.retry_after.as_ref().map(|given| &given.key));
    if let (Some(retry), Some(effect)) = (retry, &attribute.effect)
        && effect.value.value() == "applied"
    {
        diagnostics
            .error(
                &effect.value,
                format!("`effect = \"applied\"` and `{retry}` contradict each other"),
            )
            .help("the effect took place: a repeat would be a second one");
    }
}

fn choice(
    given: Option<&Given<LitStr>>,
    choices: &Choices,
    diagnostics: &mut Diagnostics,
) -> Option<&'static str> {
    let Given { key, value } = given?;
    let text = value.value();
    if let Some((_, variant)) = choices.iter().find(|(name, _)| *name == text) {
        return Some(variant);
    }
    let names = || choices.iter().map(|(name, _)| *name);
    let report = diagnostics.error(value, format!("unknown `{key}` \"{}\"", text.escape_debug()));
    if let Some(near) = nearest(&text, names()) {
        report.help(format!("did you mean \"{near}\"?"));
    }
    report.note(format!("accepted: {}", listed(names())));
    None
}
