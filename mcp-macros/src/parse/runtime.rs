//! `crate = …`: where the runtime is.

use syn::{Path, PathArguments};

use super::entries::Entries;
use crate::{diag::Diagnostics, model::parsed::Given};

/// Takes `crate`. Expansions import by the path, so it can be nothing but names.
pub(super) fn parse(entries: &mut Entries, diagnostics: &mut Diagnostics) -> Option<Given<Path>> {
    let given = entries.path("crate", diagnostics)?;
    let is_import =
        given.value.segments.iter().all(|segment| {
            matches!(segment.arguments, PathArguments::None) && segment.ident != "Self"
        });
    if !is_import {
        diagnostics
            .error(given.value, "`crate` takes the path of the runtime")
            .help("write it as in a `use`, such as `crate = my_crate::mcp_runtime`");
        return None;
    }
    Some(given)
}
