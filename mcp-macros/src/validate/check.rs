//! What the checks of a tool are called with.

use syn::Ident;

use super::call;
use crate::{
    diag::Diagnostics,
    model::{
        call::{Call, Role, WrittenCall},
        checked::Parameter,
    },
};

/// The checks of single arguments, in their order, then those of the whole tool.
pub(super) fn check(
    written: Option<(Ident, Vec<WrittenCall>)>,
    ident: &Ident,
    parameters: &mut [Parameter],
    diagnostics: &mut Diagnostics,
) -> Vec<Call> {
    let mut checks = Vec::new();
    for (index, parameter) in parameters.iter_mut().enumerate() {
        if let Some(path) = parameter.check.take() {
            checks.push(Call { path, arguments: vec![call::whole(index, parameter)] });
        }
    }
    for written in written.into_iter().flat_map(|(_, checks)| checks) {
        checks.push(call::resolve(Role::Check, written, ident, parameters, diagnostics));
    }
    checks
}
