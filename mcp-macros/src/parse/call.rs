//! `path` and `path(a, b)`: a function, and the parameters that it is called with.

use quote::ToTokens as _;
use syn::{Expr, Lit, Path};

use super::{entries::literal, reader::ungroup};
use crate::{
    diag::Diagnostics,
    model::call::{Role, WrittenCall},
};

/// Reads the value of the key that names the function.
pub(super) fn read(role: Role, value: Expr, diagnostics: &mut Diagnostics) -> Option<WrittenCall> {
    let (key, noun) = (role.key(), role.noun());
    let value = ungroup(value);
    if let Some(Lit::Str(path)) = literal(&value) {
        diagnostics
            .error(&path, format!("`{key}` takes a function, not a string"))
            .help(format!("write `{key} = {}`", path.value()));
        return None;
    }
    let (function, arguments) = match value {
        Expr::Call(call) => (*call.func, Some(call.args)),
        other => (other, None),
    };
    let Some(path) = path_of(function.clone()) else {
        diagnostics
            .error(function, format!("`{key}` takes a function"))
            .help(format!("write `{key} = path` or `{key} = path(a, b)`"));
        return None;
    };
    let Some(arguments) = arguments else {
        return Some(WrittenCall { path, arguments: None });
    };
    if arguments.is_empty() {
        let name = text(&path);
        diagnostics
            .error(&path, format!("the {noun} `{name}` is given nothing to look at"))
            .help(format!("name parameters, as in `{key} = {name}(a, b)`"));
        return None;
    }
    let mut names = Vec::new();
    for argument in arguments {
        if let Some(name) = path_of(argument.clone()).as_ref().and_then(Path::get_ident) {
            names.push(name.clone());
        } else {
            diagnostics
                .error(argument, format!("a {noun} is given parameters, by their names"))
                .help(format!("write `{key} = path(a, b)`; each arrives as a reference"));
            return None;
        }
    }
    Some(WrittenCall { path, arguments: Some(names) })
}

fn path_of(value: Expr) -> Option<Path> {
    match ungroup(value) {
        Expr::Path(path) if path.qself.is_none() && path.attrs.is_empty() => Some(path.path),
        _ => None,
    }
}

/// A path as it is written.
pub(crate) fn text(path: &Path) -> String {
    path.to_token_stream().to_string().replace(' ', "")
}
