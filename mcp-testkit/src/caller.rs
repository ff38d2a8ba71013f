//! [`TestCaller`]: who calls, in one line.

use std::borrow::Borrow;
use std::ops::Deref;

use mcp_runtime::Caller;
use serde_json::Value;

/// Who calls, put together in one line: see [`caller`].
///
/// It stands wherever a [`Caller`] can be borrowed.
#[derive(Clone, Debug, PartialEq)]
pub struct TestCaller(Caller);

/// A caller of this name, without any scope.
///
/// ```
/// use mcp_testkit::caller;
///
/// let anna = caller("anna").scope("read:invoices").claim("team", "a");
/// assert_eq!(anna.principal(), "anna");
/// assert_eq!(anna.scopes(), ["read:invoices"]);
/// ```
pub fn caller(principal: impl Into<String>) -> TestCaller {
    TestCaller(Caller::new(principal))
}

/// Somebody who showed no credential, and has no scope.
pub fn anonymous() -> TestCaller {
    TestCaller(Caller::anonymous())
}

/// The user that the test runs as, who may do everything.
pub fn local() -> TestCaller {
    TestCaller(Caller::local())
}

impl TestCaller {
    /// The same caller with one more scope, such as `read:invoices` or
    /// `read:invoices.where(customer_id=17)`.
    ///
    /// # Panics
    ///
    /// When it isn't a scope.
    #[must_use]
    #[track_caller]
    pub fn scope(self, scope: &str) -> Self {
        let Self(caller) = self;
        let name = caller.principal().to_owned();
        Self(caller.with_scope(scope).unwrap_or_else(|error| {
            panic!("`{scope}` can't be granted to the caller `{name}`: {error}")
        }))
    }

    /// The same caller with one more claim, as a token would state it.
    #[must_use]
    pub fn claim(self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        Self(self.0.with_claim(name, value))
    }
}

impl Deref for TestCaller {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0
    }
}

impl Borrow<Caller> for TestCaller {
    fn borrow(&self) -> &Caller {
        &self.0
    }
}

impl Borrow<Caller> for &TestCaller {
    fn borrow(&self) -> &Caller {
        &self.0
    }
}

impl From<TestCaller> for Caller {
    fn from(caller: TestCaller) -> Self {
        caller.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_put_together_in_one_line() {
        let anna = caller("anna").scope("read:a").scope("write:b.where(c=1)").claim("team", 7);
        assert_eq!(anna.scopes(), ["read:a", "write:b.where(c=1)"]);
        assert_eq!(Caller::from(anna).claim("team"), Some(&Value::from(7)));
        assert!(anonymous().is_anonymous());
        assert_eq!(Caller::from(local()), Caller::local());
    }

    #[test]
    #[should_panic(expected = "`read invoices` can't be granted to the caller `anna`")]
    fn what_is_no_scope_is_named() {
        let _ = caller("anna").scope("read invoices");
    }
}
