//! The contract of a dependency.

use syn::{Ident, LitStr, ext::IdentExt as _};

use super::name;
use crate::{
    diag::Diagnostics,
    model::{
        checked::Dependency,
        parsed::{self, Given},
        policy::Breaker,
    },
    parse::duration::text,
};

/// However often it fails, it is tried again after this.
const LONGEST_OPEN: u64 = 60_000;

/// Checks all rules; the result is right if no error was reported.
pub(crate) fn check(input: parsed::Dependency, diagnostics: &mut Diagnostics) -> Dependency {
    if let Some(Given { key, .. }) = &input.queue
        && input.concurrency.is_none()
        && input.intact
    {
        diagnostics
            .error(key, "`queue` needs `concurrency`")
            .help("without a limit nothing waits: add `concurrency = 16`, or remove `queue`");
    }
    if let Some(Given { value: Breaker { open: Some(open), .. }, .. }) = &input.breaker
        && open.value > LONGEST_OPEN
    {
        let text = text(open.value);
        diagnostics
            .error(&open.key, format!("`open` is {text}, but the longest is 60s"))
            .help("it doubles up to that by itself while probes fail; 5s is usual at first");
    }
    Dependency {
        cfg: input.cfg,
        name: label(input.name, &input.ident, diagnostics),
        ident: input.ident,
        concurrency: input.concurrency.map(|given| given.value),
        queue: input.queue.map(|given| given.value),
        breaker: input.breaker.map(|given| given.value),
        retry_budget: input.retry_budget.map(|given| given.value),
    }
}

/// It stands in metrics, so the same letters are right for it as for a tool's name.
fn label(given: Option<Given<LitStr>>, ident: &Ident, diagnostics: &mut Diagnostics) -> LitStr {
    let name = given
        .map_or_else(|| LitStr::new(&ident.unraw().to_string(), ident.span()), |given| given.value);
    let given = name.value();
    if let Some(wrong) = name::tool(&given) {
        let text = given.escape_debug();
        diagnostics
            .error(
                &name,
                format!(
                    "dependency name \"{text}\" {wrong}; \
                     names are 1 to 128 of letters, digits, `_`, `-` and `.`"
                ),
            )
            .help(format!("write `name = \"{}\"`", name::as_tool(&given).unwrap_or("bank".into())));
    }
    name
}
