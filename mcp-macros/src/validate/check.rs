//! What the checks of a tool are called with.

use quote::ToTokens as _;
use syn::{Ident, ext::IdentExt as _};

use super::pattern::{names, plain_name};
use crate::{
    diag::{Diagnostics, nearest},
    model::{
        check::{Check, Operand, WrittenCheck},
        checked::Parameter,
    },
};

/// The checks of single arguments, in their order, then those of the whole tool.
pub(super) fn check(
    written: Option<(Ident, Vec<WrittenCheck>)>,
    ident: &Ident,
    parameters: &mut [Parameter],
    diagnostics: &mut Diagnostics,
) -> Vec<Check> {
    let mut checks = Vec::new();
    for (index, parameter) in parameters.iter_mut().enumerate() {
        if let Some(path) = parameter.check.take() {
            checks.push(Check { path, arguments: vec![whole(index, parameter)] });
        }
    }
    for written in written.into_iter().flat_map(|(_, checks)| checks) {
        let arguments = match &written.arguments {
            None => all(&written, ident, parameters, diagnostics),
            Some(names) => {
                names.iter().flat_map(|name| named(name, ident, parameters, diagnostics)).collect()
            }
        };
        checks.push(Check { path: written.path, arguments });
    }
    checks
}

fn whole(index: usize, parameter: &Parameter) -> Operand {
    Operand { parameter: index, cfg: parameter.cfg.clone(), binding: None, word: None }
}

fn all(
    written: &WrittenCheck,
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
        let path = written.path.to_token_stream().to_string().replace(' ', "");
        diagnostics
            .error(
                &written.path,
                format!("the check `{path}` has nothing to look at: `{ident}` takes no arguments"),
            )
            .help("remove it, or do its work in the function");
    }
    plain
}

/// The parameter of a name: several only under contrary `#[cfg]`.
fn named(
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
        let name = word.unraw().to_string();
        let known: Vec<String> =
            parameters.iter().flat_map(binders).map(|name| name.unraw().to_string()).collect();
        let report = diagnostics.error(word, format!("`{name}` is no parameter of `{ident}`"));
        match nearest(&name, known.iter().map(String::as_str)) {
            Some(near) => report.help(format!("did you mean `{near}`?")),
            None => report.help("a check is given parameters of its tool, by their names"),
        };
    }
    found
}
