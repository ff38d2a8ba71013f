//! [`Caller`]: who calls, whatever the credential.

use std::fmt;
use std::sync::{Arc, LazyLock};

use serde_json::{Map, Value};

use crate::access::{Grant, Grants, InvalidScope};
use crate::call::ToolCall;
use crate::error::ToolError;
use crate::extract::FromCall;
use crate::principal::Principal;

/// Who calls, as a parameter of the tool.
///
/// The same type whatever the caller showed: an API key, an access token, or nothing. Without
/// authentication the principal is `local:<uid>` on stdio and on the command line, and `anonymous`
/// over HTTP, and no scope is asked for.
///
/// Cheap to clone.
#[derive(Clone, PartialEq)]
pub struct Caller(Arc<Identity>);

#[derive(Clone, PartialEq)]
struct Identity {
    principal: Principal,
    anonymous: bool,
    grants: Grants,
    claims: Map<String, Value>,
}

impl Caller {
    /// A caller of this name, without any scope.
    ///
    /// The name is what everything about the caller is kept under: rates, cached results, budgets.
    pub fn new(principal: impl Into<String>) -> Self {
        Self(Arc::new(Identity {
            principal: principal.into().into(),
            anonymous: false,
            grants: Grants::Only(Vec::new()),
            claims: Map::new(),
        }))
    }

    /// Nobody in particular: no credential, no scope.
    pub fn anonymous() -> Self {
        static ANONYMOUS: LazyLock<Caller> = LazyLock::new(|| {
            let mut anonymous = Caller::new("anonymous");
            anonymous.identity().anonymous = true;
            anonymous
        });
        ANONYMOUS.clone()
    }

    /// The user that this process runs as, who may do everything: it could as well change the
    /// program.
    pub fn local() -> Self {
        #[cfg(unix)]
        let principal = format!("local:{}", rustix::process::getuid().as_raw());
        #[cfg(not(unix))]
        let principal = "local";
        Self::new(principal).unrestricted()
    }

    /// The same caller with one more scope, such as `read:invoices` or
    /// `read:invoices.where(customer_id=17)`.
    ///
    /// A constraint's value is percent-encoded where it has spaces, quotes, backslashes, `%`, `,`,
    /// `=` or parentheses. A caller that may do everything may still do everything.
    ///
    /// # Errors
    ///
    /// A text that isn't a scope.
    pub fn with_scope(mut self, scope: &str) -> Result<Self, InvalidScope> {
        let grant = Grant::parse(scope)?;
        if let Grants::Only(grants) = &mut self.identity().grants {
            grants.push(grant);
        }
        Ok(self)
    }

    /// The same caller with one more claim.
    #[must_use]
    pub fn with_claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.identity().claims.insert(name.into(), value.into());
        self
    }

    /// The same caller with all scopes that there are.
    #[must_use]
    pub(crate) fn unrestricted(mut self) -> Self {
        self.identity().grants = Grants::Everything;
        self
    }

    /// The name that everything about this caller is kept under.
    pub fn principal(&self) -> &str {
        self.0.principal.name()
    }

    /// The same, to keep.
    pub(crate) fn shared_principal(&self) -> Arc<str> {
        Arc::clone(self.0.principal.name())
    }

    /// The same, as stores know it.
    pub(crate) fn as_principal(&self) -> &Principal {
        &self.0.principal
    }

    /// Whether the caller showed no credential.
    pub fn is_anonymous(&self) -> bool {
        self.0.anonymous
    }

    /// Whether no scope is asked of the caller.
    pub(crate) fn is_unrestricted(&self) -> bool {
        self.0.grants == Grants::Everything
    }

    /// The caller's scopes, as tokens of OAuth. None where it may do everything.
    pub fn scopes(&self) -> Vec<String> {
        match &self.0.grants {
            Grants::Everything => Vec::new(),
            Grants::Only(grants) => grants.iter().map(ToString::to_string).collect(),
        }
    }

    /// What else the credential says about the caller: a claim of its token, by name.
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.0.claims.get(name)
    }

    pub(crate) fn claims(&self) -> &Map<String, Value> {
        &self.0.claims
    }

    pub(crate) fn grants(&self) -> &Grants {
        &self.0.grants
    }

    fn identity(&mut self) -> &mut Identity {
        Arc::make_mut(&mut self.0)
    }
}

/// Without its claims, which say more of a person than a log should.
impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("principal", &self.principal())
            .field("grants", &self.0.grants)
            .finish_non_exhaustive()
    }
}

impl FromCall for Caller {
    const IS_THE_CALLERS: bool = true;
    const GIVES_CONTEXT: bool = false;
    const MAY_BE_RAW: bool = false;

    fn from_call(call: &ToolCall) -> Result<Self, ToolError> {
        Ok(call.context().caller().clone())
    }
}
