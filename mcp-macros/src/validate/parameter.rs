//! Parameters, one by one and together.

use std::cmp::Ordering;

use quote::ToTokens as _;
use syn::{Ident, LitStr, Pat, Path, ext::IdentExt as _};

use super::{borrowed, name, pattern::plain_name, values};
use crate::{
    diag::Diagnostics,
    model::{
        checked::{Parameter, Rule, Source},
        parsed::{self, ArgAttribute, Bounds, Given, Number},
    },
};

/// Checks every parameter, then those rules that hold between them.
pub(crate) fn check_all(
    parameters: Vec<parsed::Parameter>,
    diagnostics: &mut Diagnostics,
) -> Vec<Parameter> {
    let parameters: Vec<Parameter> =
        parameters.into_iter().map(|parameter| check(parameter, diagnostics)).collect();
    check_headers(&parameters, diagnostics);
    parameters
}

fn check(parameter: parsed::Parameter, diagnostics: &mut Diagnostics) -> Parameter {
    let parsed::Parameter { cfg, lints, docs: comment, mut arg, pattern, ty } = parameter;
    let mut rules = Vec::new();
    let check = arg.as_mut().and_then(|arg| arg.check.take());
    let source = match (plain_name(&pattern), arg) {
        (None, arg) => {
            if let Some(arg) = arg {
                report_pattern(&arg.word, &pattern, diagnostics);
            }
            Source::Extractor
        }
        (Some(ident), arg) => {
            let comment = (!comment.is_empty()).then(|| Given {
                key: Ident::new("description", ident.span()),
                value: Rule::Description(comment),
            });
            match arg {
                None => {
                    borrowed::check(&ty, ident, diagnostics);
                    rules.extend(comment);
                    Source::Undecided(property(None, ident, diagnostics))
                }
                Some(arg) if arg.flatten.is_some() => {
                    borrowed::check(&ty, ident, diagnostics);
                    check_flatten(&arg, ident, diagnostics);
                    // Of all its fields.
                    rules.extend(arg.audit_plain.map(audit_plain));
                    Source::Flatten(property(None, ident, diagnostics))
                }
                Some(mut arg) => {
                    borrowed::check(&ty, ident, diagnostics);
                    if arg.description.is_none() {
                        rules.extend(comment);
                    }
                    let name = property(arg.rename.take(), ident, diagnostics);
                    check_secret(&arg, diagnostics);
                    take_rules(arg, &mut rules, diagnostics);
                    Source::Argument(name)
                }
            }
        }
    };
    Parameter { cfg, lints, pattern, ty, source, rules, check, is_compared: false }
}

fn report_pattern(word: &Path, pattern: &Pat, diagnostics: &mut Diagnostics) {
    let pattern = pattern.to_token_stream();
    diagnostics
        .error(
            word,
            format!("`#[arg]` on the pattern `{pattern}`: tool arguments need a plain name"),
        )
        .help("remove `#[arg]`: what a pattern takes apart comes from an extractor")
        .note("the name of an argument becomes the JSON property");
}

fn property(given: Option<Given<LitStr>>, ident: &Ident, diagnostics: &mut Diagnostics) -> LitStr {
    let Some(given) = given else {
        return LitStr::new(&ident.unraw().to_string(), ident.span());
    };
    let text = given.value.value();
    if let Some(wrong) = name::argument(&text) {
        let text = text.escape_debug();
        diagnostics
            .error(
                &given.value,
                format!(
                    "argument name \"{text}\" {wrong}; names are 1 to 128 characters without \
                     control characters"
                ),
            )
            .help(format!("leave `rename` out for `{}`", ident.unraw()));
    }
    given.value
}

/// A flattened parameter has no property that a rule could hold for.
fn check_flatten(arg: &ArgAttribute, ident: &Ident, diagnostics: &mut Diagnostics) {
    let keys = [
        arg.rename.as_ref().map(|given| &given.key),
        arg.description.as_ref().map(|given| &given.key),
        arg.default.as_ref().map(|given| &given.key),
        arg.example.as_ref().map(|given| &given.key),
        arg.range.as_ref().map(|given| &given.key),
        arg.length.as_ref().map(|given| &given.key),
        arg.items.as_ref().map(|given| &given.key),
        arg.pattern.as_ref().map(|given| &given.key),
        arg.format.as_ref().map(|given| &given.key),
        arg.header.as_ref().map(|given| &given.key),
        arg.secret.as_ref(),
    ];
    for key in keys.into_iter().flatten() {
        diagnostics
            .error(
                key,
                format!("`{key}` on `{ident}`, which is flattened and has no property of its own"),
            )
            .help("say it on the fields of its type");
    }
}

/// What a secret is given in the attribute would be there for all to read.
fn check_secret(arg: &ArgAttribute, diagnostics: &mut Diagnostics) {
    if arg.secret.is_none() {
        return;
    }
    if let Some(Given { key, .. }) = &arg.header {
        diagnostics
            .error(key, "`secret` arguments can't travel as headers")
            .help("proxies read and log headers: remove `header`");
    }
    if let Some(key) = &arg.audit_plain {
        diagnostics
            .error(key, "`audit` of a `secret` argument")
            .help("nothing records a secret: remove `audit`, or `secret` if it is none");
    }
    for (given, help) in [
        (&arg.default, "a default stands in the schema that clients see: remove it"),
        (&arg.example, "an example stands in the schema that clients see: describe it in words"),
    ] {
        if let Some(Given { key, .. }) = given {
            diagnostics.error(key, format!("`{key}` of a `secret` argument")).help(help);
        }
    }
}

/// Takes the rules of an argument.
fn take_rules(arg: ArgAttribute, rules: &mut Vec<Given<Rule>>, diagnostics: &mut Diagnostics) {
    values::check(&arg, diagnostics);
    let mut push = |key: Ident, value| rules.push(Given { key, value });
    if let Some(Given { key, value }) = arg.description {
        if value.is_empty() {
            diagnostics
                .error(&key, "`description` is empty")
                .help("say what the argument means, or leave the key out");
        }
        push(key, Rule::Description(value));
    }
    if let Some(Given { key, value }) = arg.default {
        push(key, Rule::Default(value));
    }
    if let Some(Given { key, value }) = arg.example {
        push(key, Rule::Example(value));
    }
    if let Some(Given { key, value }) = arg.range {
        check_range(&key, &value, diagnostics);
        if let Some(min) = value.min {
            push(key.clone(), Rule::Minimum(min));
        }
        match value.max {
            Some(max) if value.inclusive => push(key, Rule::Maximum(max)),
            Some(max) => push(key, Rule::ExclusiveMaximum(max)),
            None => {}
        }
    }
    if let Some(Given { key, value }) = arg.length {
        let (min, max) = count(&key, &value, diagnostics);
        push(key, Rule::Length(min, max));
    }
    if let Some(Given { key, value }) = arg.items {
        let (min, max) = count(&key, &value, diagnostics);
        push(key, Rule::Items(min, max));
    }
    if let Some(Given { key, value }) = arg.pattern {
        push(key, Rule::Pattern(value));
    }
    if let Some(Given { key, value }) = arg.format {
        check_format(&key, &value, diagnostics);
        push(key, Rule::Format(value));
    }
    if let Some(Given { key, value }) = arg.header {
        check_header(&value, diagnostics);
        push(key, Rule::Header(value));
    }
    if let Some(key) = arg.secret {
        push(key, Rule::Secret);
    }
    rules.extend(arg.audit_plain.map(audit_plain));
}

fn audit_plain(key: Ident) -> Given<Rule> {
    Given { key, value: Rule::AuditPlain }
}

fn check_range(key: &Ident, range: &Bounds<Number>, diagnostics: &mut Diagnostics) {
    let (Some(min), Some(max)) = (range.min, range.max) else {
        return;
    };
    let order = match (min, max) {
        (Number::Int(min), Number::Int(max)) => Some(min.cmp(&max)),
        (min, max) => min.to_f64().partial_cmp(&max.to_f64()),
    };
    let holds_something =
        order == Some(Ordering::Less) || (range.inclusive && order == Some(Ordering::Equal));
    if !holds_something {
        report_empty(key, range, diagnostics);
    }
}

/// The least and the greatest count, both included.
fn count(key: &Ident, range: &Bounds<u64>, diagnostics: &mut Diagnostics) -> (u64, Option<u64>) {
    let min = range.min.unwrap_or(0);
    let max = match range.max {
        Some(max) if range.inclusive => Some(max),
        Some(0) => {
            report_empty(key, range, diagnostics);
            return (min, Some(min));
        }
        Some(max) => Some(max - 1),
        None => None,
    };
    if max.is_some_and(|max| max < min) {
        report_empty(key, range, diagnostics);
    }
    (min, max)
}

fn report_empty<T>(key: &Ident, range: &Bounds<T>, diagnostics: &mut Diagnostics) {
    let text = range.tokens.to_string().replace(' ', "");
    let help = if let Some((low, high)) = text.split_once("..=") {
        format!("the lower end is above the upper end: write `{key}({high}..={low})`")
    } else {
        let included = text.replacen("..", "..=", 1);
        format!("`..` leaves out the upper end: write `{key}({included})`")
    };
    diagnostics.error(&range.tokens, format!("`{key}({text})` holds nothing")).help(help);
}

fn check_format(key: &Ident, value: &LitStr, diagnostics: &mut Diagnostics) {
    if value.value().trim().is_empty() {
        diagnostics
            .error(value, format!("`{key}` is empty"))
            .help("write a format of JSON Schema, such as `format = \"email\"`");
    }
}

fn check_header(value: &LitStr, diagnostics: &mut Diagnostics) {
    let text = value.value();
    if let Some(wrong) = name::header(&text) {
        let text = text.escape_debug();
        diagnostics
            .error(value, format!("header name \"{text}\" {wrong}"))
            .help("write letters, digits and `-`, such as `header = \"Region\"`");
    }
}

/// Header names are the same in any case (RFC 9110, section 5.1).
fn check_headers(parameters: &[Parameter], diagnostics: &mut Diagnostics) {
    let mut seen: Vec<String> = Vec::new();
    // Two parameters under contrary `#[cfg]` may well share a header.
    let certain = parameters.iter().filter(|parameter| parameter.cfg.is_empty());
    for rule in certain.flat_map(|parameter| &parameter.rules) {
        let Rule::Header(value) = &rule.value else {
            continue;
        };
        let name = value.value().to_ascii_lowercase();
        if seen.contains(&name) {
            diagnostics
                .error(value, format!("two arguments travel as the header \"{}\"", value.value()))
                .help("names of headers are the same in any case: give one of the two another");
        }
        seen.push(name);
    }
}
