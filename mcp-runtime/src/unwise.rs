//! What expansions ask about a tool before they warn about it: only types tell an argument from
//! an extractor.

use crate::const_text::equal;
use crate::params::Kind;
use crate::tool::ToolDef;

/// Whether a warning holds. Where it does, an expansion has a deprecated method of the name.
#[derive(Debug)]
pub struct Unwise<const IS: bool>;

impl Unwise<false> {
    /// It is no contract.
    pub const fn write_without_scope(self) {}

    /// It has one, or is none.
    pub const fn argument_without_description(self) {}

    /// It has some.
    pub const fn read_without_arguments(self) {}
}

/// Whether there is a contract: always, where it compiles.
pub const fn is_contract(_: &ToolDef) -> bool {
    true
}

/// Whether `tool` takes an argument that is called `name`.
pub const fn has_argument(tool: &ToolDef, name: &str) -> bool {
    let mut i = 0;
    while i < tool.params.len() {
        let param = &tool.params[i];
        if !matches!(param.kind, Kind::Extractor(_)) && equal(param.name, name) {
            return true;
        }
        i += 1;
    }
    false
}

/// Whether all that `tool` takes are extractors.
pub const fn has_no_arguments(tool: &ToolDef) -> bool {
    let mut i = 0;
    while i < tool.params.len() {
        if !matches!(tool.params[i].kind, Kind::Extractor(_)) {
            return false;
        }
        i += 1;
    }
    true
}
