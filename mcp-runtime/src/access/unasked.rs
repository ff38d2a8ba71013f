//! Scopes in settings and keys that open nothing: allowed, and mostly a slip.

use std::collections::BTreeSet;

use super::{AccessDef, Catalogue, Grant};
use crate::auth::EVERYTHING;
use crate::tool::ToolDef;
use crate::validate::nearest;

/// What is said about scopes that no tool asks for, and constraints that no tool keeps.
pub(crate) fn unasked(tools: &[&'static ToolDef], scopes: &[impl AsRef<str>]) -> Vec<String> {
    let mut known = BTreeSet::new();
    let mut fields = BTreeSet::new();
    let mut catalogue = Catalogue::default();
    for def in tools {
        if let AccessDef::Scopes(scopes) = def.access {
            known.extend(scopes.iter().map(|scope| scope.token));
            fields.extend(scopes.iter().flat_map(|scope| scope.bindings).map(|one| one.field));
        }
        // Catalogues that disagree are an error at start, not here.
        let _ = catalogue.add(def.catalogue);
    }
    known.extend(catalogue.entries().map(|entry| entry.token));
    let mut hints = Vec::new();
    for scope in scopes.iter().map(AsRef::as_ref).filter(|scope| *scope != EVERYTHING) {
        let Ok(grant) = Grant::parse(scope) else { continue };
        let token = grant.token();
        if !known.contains(token) {
            hints.push(format!("no tool here asks for `{token}`{}", near(token, &known)));
            continue;
        }
        let unkept = grant.constraints().keys().filter(|field| !fields.contains(field.as_str()));
        hints.extend(unkept.map(|field| {
            let near = near(field, &fields);
            format!("no tool here keeps to `{field}`, so that `{scope}` opens none{near}")
        }));
    }
    hints
}

fn near(name: &str, known: &BTreeSet<&str>) -> String {
    nearest(name, known.iter().copied())
        .map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Binding, ScopeDef};

    #[test]
    fn a_scope_that_opens_nothing_is_noticed() {
        const SCOPES: &[ScopeDef] =
            &[ScopeDef::new("read:invoices", &[Binding::new("customer_id", None)])];
        const TOOL: ToolDef = {
            let mut tool = ToolDef::INVALID;
            tool.access = AccessDef::Scopes(SCOPES);
            tool
        };
        let unasked = |scope: &str| unasked(&[&TOOL], &[scope]);
        for good in ["*", "read:invoices", "read:invoices.where(customer_id=17)", "not a scope"] {
            assert_eq!(unasked(good), Vec::<String>::new());
        }
        assert_eq!(
            unasked("read:invoice.where(a=1)"),
            ["no tool here asks for `read:invoice`; did you mean `read:invoices`?"]
        );
        assert_eq!(
            unasked("read:invoices.where(customer=17)"),
            ["no tool here keeps to `customer`, so that `read:invoices.where(customer=17)` opens \
              none; did you mean `customer_id`?"]
        );
    }
}
