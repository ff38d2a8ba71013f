//! The table of schema changes: what is told of each kind, for arguments and for results.

use serde_json::Value;

use super::Side;
use crate::manifest::lock::Class;

/// What a kind of difference means when nothing that was relied on is lost (`fits`), and when it
/// is, or can't be shown not to be (`breaks`). What never happens has no words.
#[derive(Debug)]
pub(in super::super) struct Rule {
    /// What differs, for the guide.
    #[cfg_attr(not(test), expect(dead_code, reason = "for the table of the guide"))]
    pub(in super::super) what: &'static str,
    pub(in super::super) input: Reasons,
    pub(in super::super) output: Reasons,
}

#[derive(Debug)]
pub(in super::super) struct Reasons {
    pub(in super::super) fits: &'static str,
    pub(in super::super) breaks: &'static str,
}

/// One difference between two schemas.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Finding {
    /// `input.limit maximum`: the value it is about, then the keyword.
    pub(in super::super) path: String,
    pub(in super::super) class: Class,
    pub(in super::super) from: Value,
    pub(in super::super) to: Value,
    pub(in super::super) why: &'static str,
}

impl Rule {
    pub(super) fn verdict(&self, side: Side, fits: bool) -> (Class, &'static str) {
        let reasons = match side {
            Side::Input => &self.input,
            Side::Output => &self.output,
        };
        if fits { (Class::Compatible, reasons.fits) } else { (Class::Breaking, reasons.breaks) }
    }
}

macro_rules! rules {
    ($($name:ident $what:literal:
        input $in_fits:literal / $in_breaks:literal,
        output $out_fits:literal / $out_breaks:literal;)+) => {
        $(pub(in super::super) const $name: Rule = Rule {
            what: $what,
            input: Reasons { fits: $in_fits, breaks: $in_breaks },
            output: Reasons { fits: $out_fits, breaks: $out_breaks },
        };)+

        /// Every rule, as the guide lists them.
        #[cfg(test)]
        pub(in super::super) const ALL: &[Rule] = &[$($name),+];
    };
}

rules! {
    TYPE "`type`":
        input "values of more types are accepted"
            / "values of a type that was accepted are refused",
        output "values of fewer types come"
            / "readers meet values of a type that they were not promised";
    VALUES "`enum`, `const`, and forms that are lists of values":
        input "more values are accepted"
            / "values that were accepted are refused",
        output "fewer values come"
            / "a reader that knows all values meets another one";
    PROPERTY "a property is added or vanishes":
        input "calls may have it, and need not"
            / "calls that have it, or anything by its name, are refused or not understood",
        output "readers that do not know it pass it over"
            / "readers look for it and do not find it, or find something else by its name";
    REQUIRED "`required`":
        input "calls may leave it out"
            / "calls that left it out are refused",
        output "it is always there"
            / "readers rely on it, and it can be missing";
    OTHERS "`additionalProperties`, `patternProperties`":
        input "more properties beside the named ones are accepted"
            / "properties beside the named ones that were accepted are refused",
        output "fewer properties come beside the named ones"
            / "";
    BOUND "bounds of numbers, lengths, items and properties; formats of integers":
        input "values beyond the old bound are accepted"
            / "values within the old bound are refused",
        output "all values lie within the old bound"
            / "readers meet values beyond the old bound";
    ITEMS "`items`, `prefixItems`":
        input "more is accepted in a list"
            / "what was accepted in a list is refused",
        output "less comes in a list"
            / "readers meet in a list what they were not promised";
    EXACT "`pattern`, `format`, `multipleOf`, `uniqueItems`":
        input "a rule on values is gone"
            / "a rule on values is new or another: it cannot be shown that it accepts what was accepted",
        output "values keep one more rule"
            / "a rule on values is gone or another: it cannot be shown that readers meet only what they were promised";
    FORMS "`anyOf`, `oneOf`":
        input "more forms are accepted"
            / "it cannot be shown that a form that was accepted still is",
        output "fewer forms come"
            / "it cannot be shown that readers know every form that comes";
    HEADER "`x-mcp-header`":
        input "the argument need not travel as a header"
            / "clients that go by the lock do not send the argument as this header",
        output "it says nothing of results"
            / "it says nothing of results";
    DEFAULT "`default`":
        input "no call could leave it out, so that none changes its meaning"
            / "a call that leaves it out means something else",
        output "it says nothing of what comes"
            / "it says nothing of what comes";
    WORDS "`title`, `description`, `examples` and other words":
        input "models fill in arguments by descriptions: read the new one as you would read code"
            / "models fill in arguments by descriptions: read the new one as you would read code",
        output "models read results by descriptions: read the new one as you would read code"
            / "models read results by descriptions: read the new one as you would read code";
    UNKNOWN "every other keyword":
        input "a rule is gone"
            / "it cannot be shown to be compatible: nothing is known of this keyword, or of how it goes with what changed",
        output "one more rule is kept"
            / "it cannot be shown to be compatible: nothing is known of this keyword, or of how it goes with what changed";
    TOO_MUCH "schemas that are too large or nested too deep":
        input "" / "it cannot be shown to be compatible: the schemas are too large, or nested too deep",
        output "" / "it cannot be shown to be compatible: the schemas are too large, or nested too deep";
}
