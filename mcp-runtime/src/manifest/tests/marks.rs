//! How a scope bears on a tool.

use crate::manifest::model::{Constraint, RequiredScope};
use crate::manifest::render::Mark;

fn required(scope: &str, limited: bool, implied_by: &[&str]) -> RequiredScope {
    let field = Constraint { field: "customer_id".into(), argument: None };
    RequiredScope {
        scope: scope.into(),
        constraints: if limited { vec![field] } else { Vec::new() },
        implied_by: implied_by.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn a_mark_says_how_a_scope_counts() {
    let read = |limited| required("read:a", limited, &["write:a", "admin:a"]);
    let pay = || required("write:b", false, &["admin:a"]);
    for (scope, of, sign) in [
        ("read:a", vec![], None),
        ("read:b", vec![read(false)], None),
        ("read:a", vec![read(false)], Some("●")),
        ("read:a", vec![read(true)], Some("◆")),
        ("write:a", vec![read(false)], Some("○")),
        ("write:a", vec![read(true)], Some("◇")),
        ("read:a", vec![read(false), pay()], Some("●+")),
        ("read:a", vec![read(true), pay()], Some("◆+")),
        ("write:a", vec![read(false), pay()], Some("○+")),
        ("write:a", vec![read(true), pay()], Some("◇+")),
        // It includes both.
        ("admin:a", vec![read(false), pay()], Some("○")),
        // It is one and includes the other.
        ("write:a", vec![read(false), required("write:a", false, &[])], Some("●")),
    ] {
        assert_eq!(Mark::of(scope, &of).map(Mark::sign), sign, "{scope} {of:?}");
    }
}
