//! What functions are called with: references to parameters.

use syn::{Ident, ext::IdentExt as _};

use super::pattern::{names, plain_name};
use crate::{
    diag::{Diagnostics, nearest},
    model::{
        call::{Call, Operand, Role, WrittenCall},
        checked::Parameter,
    },
    parse::call::text,
};

/// Finds the parameters that a function is called with.
pub(super) fn resolve(
    role: Role,
    written: WrittenCall,
    ident: &Ident,
    parameters: &[Parameter],
    diagnostics: &mut Diagnostics,
) -> Call {
    let arguments = match &written.arguments {
        None => all(role, &written, ident, parameters, diagnostics),
        Some(names) => names
            .iter()
            .flat_map(|name| named(role, name, ident, parameters, diagnostics))
            .collect(),
    };
    Call { path: written.path, arguments }
}

/// A parameter as it is.
pub(super) fn whole(index: usize, parameter: &Parameter) -> Operand {
    Operand { parameter: index, cfg: parameter.cfg.clone(), binding: None, word: None }
}

fn all(
    role: Role,
    written: &WrittenCall,
    ident: &Ident,
    parameters: &[Parameter],
    diagnostics: &mut Diagnostics,
) -> Vec<Operand> {
    let plain: Vec<Operand> = parameters
        .iter()
        .enumerate()
        .filter(|(_, parameter)| plain_name(&parameter.pattern).is_some())
        .map(|(index, parameter)| whole(index, parameter))
        .collect();
    if plain.is_empty() {
        let (path, noun) = (text(&written.path), role.noun());
        let report = diagnostics.error(
            &written.path,
            format!("the {noun} `{path}` has nothing to look at: `{ident}` takes no arguments"),
        );
        match role {
            Role::Check => report.help("remove it, or do its work in the function"),
            Role::Reconcile => report.help(format!(
                "name what a pattern binds, as in `reconcile = {path}(ledger)`, or remove it"
            )),
        };
    }
    plain
}

/// The parameter of a name: several only under contrary `#[cfg]`.
fn named(
    role: Role,
    word: &Ident,
    ident: &Ident,
    parameters: &[Parameter],
    diagnostics: &mut Diagnostics,
) -> Vec<Operand> {
    let binders = |parameter: &Parameter| -> Vec<Ident> {
        names(&parameter.pattern).into_iter().cloned().collect()
    };
    let found: Vec<Operand> = parameters
        .iter()
        .enumerate()
        .filter_map(|(index, parameter)| {
            let name = binders(parameter).into_iter().find(|name| name.unraw() == word.unraw())?;
            let binding = plain_name(&parameter.pattern).is_none().then(|| {
                let mut name = name;
                name.set_span(name.span().located_at(word.span()));
                name
            });
            Some(Operand { binding, word: Some(word.clone()), ..whole(index, parameter) })
        })
        .collect();
    if found.is_empty() {
        let known: Vec<Ident> = parameters.iter().flat_map(binders).collect();
        let report = unknown(word, ident, &known, diagnostics);
        if let Some(report) = report {
            report
                .help(format!("a {} is given parameters of its tool, by their names", role.noun()));
        }
    }
    found
}

/// Reports a name that no parameter has. Without a near one there is still something to say.
pub(super) fn unknown<'d>(
    word: &Ident,
    ident: &Ident,
    known: &[Ident],
    diagnostics: &'d mut Diagnostics,
) -> Option<&'d mut crate::diag::Report> {
    let name = word.unraw().to_string();
    let known: Vec<String> = known.iter().map(|name| name.unraw().to_string()).collect();
    let report = diagnostics.error(word, format!("`{name}` is no parameter of `{ident}`"));
    match nearest(&name, known.iter().map(String::as_str)) {
        Some(near) => {
            report.help(format!("did you mean `{near}`?"));
            None
        }
        None => Some(report),
    }
}
