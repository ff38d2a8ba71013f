//! The assertions.

use std::time::Duration;

use mcp_runtime::{Code, Effect, NextAction};
use serde_json::{Value, json};

use super::Answer;

/// A pause travels as a number of seconds: by how much it may differ by that.
const PRECISION: Duration = Duration::from_millis(1);

/// Each gives the answer back, or panics with the call and what came instead.
impl Answer {
    /// The call succeeded.
    #[track_caller]
    pub fn ok(&self) -> &Self {
        self.reply();
        self
    }

    /// The call failed with this code: one of [`Code`]'s, or an application's own as text.
    #[track_caller]
    pub fn is_error(&self, code: impl Into<Code>) -> &Self {
        let code = code.into();
        let came = self.outcome.as_ref().err().map(mcp_runtime::ToolError::code);
        if came != Some(&code) {
            self.fail(&format!("was to be the error `{code}`"));
        }
        self
    }

    /// The same call may succeed later.
    #[track_caller]
    pub fn retryable(&self) -> &Self {
        if !self.error().is_retryable() {
            self.fail("was to be retryable");
        }
        self
    }

    /// There is no use in making the same call again.
    #[track_caller]
    pub fn not_retryable(&self) -> &Self {
        if self.error().is_retryable() {
            self.fail("was not to be retryable");
        }
        self
    }

    /// The same call may succeed after exactly this long, to the millisecond. With a clock that
    /// runs, [`retry_within`](Self::retry_within) is what can be told.
    #[track_caller]
    pub fn retry_after(&self, pause: Duration) -> &Self {
        let stated = self.error().stated_retry_after();
        if stated.is_none_or(|stated| stated.abs_diff(pause) > PRECISION) {
            self.fail(&format!("was to be retryable after {pause:?}"));
        }
        self
    }

    /// The same call may succeed after a stated pause that is no longer than this.
    #[track_caller]
    pub fn retry_within(&self, longest: Duration) -> &Self {
        if self.error().stated_retry_after().is_none_or(|stated| stated > longest) {
            self.fail(&format!("was to be retryable within {longest:?}"));
        }
        self
    }

    /// The failed call left this behind.
    #[track_caller]
    pub fn effect(&self, effect: Effect) -> &Self {
        if self.error().stated_effect() != Some(effect) {
            self.fail(&format!("was to have the effect {}", json!(effect)));
        }
        self
    }

    /// The error says that this is to be done.
    #[track_caller]
    pub fn next_action(&self, action: NextAction) -> &Self {
        if self.error().to_json()["next_action"] != json!(action) {
            self.fail(&format!("was to have the next action {}", json!(action)));
        }
        self
    }

    /// The arguments were refused, and one reason is this rule at this place: a JSON pointer such
    /// as `/number`, and a keyword of the schema such as `pattern`, or `check`.
    ///
    /// ```
    /// # use mcp_runtime::{tool, tools};
    /// # use mcp_testkit::TestServer;
    /// # use serde_json::json;
    /// /// Fetch one invoice.
    /// #[tool(read_only)]
    /// async fn get_invoice(#[arg(pattern = "^FV/")] number: String, #[arg(range(1..))] page: u32) {}
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let server = TestServer::new(tools![get_invoice]);
    /// let refused = server.call("get_invoice", json!({ "number": "7", "page": 0 })).await;
    /// refused.violates("/number", "pattern").violates("/page", "minimum");
    /// # }
    /// ```
    #[track_caller]
    pub fn violates(&self, pointer: &str, rule: &str) -> &Self {
        self.is_error(Code::InvalidArguments);
        let public = self.error().to_json();
        let named =
            |violation: &Value| violation["pointer"] == pointer && violation["rule"] == rule;
        let found = public["details"]["violations"].as_array();
        if !found.is_some_and(|violations| violations.iter().any(named)) {
            self.fail(&format!("was to name the rule `{rule}` at `{pointer}`"));
        }
        self
    }

    /// The call succeeded, and its structured result conforms to the tool's output schema. A tool
    /// that states none must give none.
    #[track_caller]
    pub fn conforms(&self) -> &Self {
        self.reply();
        if let Some(how) = self.breaks_schema() {
            self.fail(&how);
        }
        self
    }

    /// How a result breaks the tool's output schema.
    pub(crate) fn breaks_schema(&self) -> Option<String> {
        let data = self.outcome.as_ref().ok()?.structured();
        let (schema, data) =
            match (self.info().and_then(mcp_runtime::ToolInfo::output_schema), data) {
                (None, None) => return None,
                (None, Some(_)) => {
                    return Some("has data, of which the tool states no schema".into());
                }
                (Some(_), None) => {
                    return Some("has no data, of which the tool states a schema".into());
                }
                (Some(schema), Some(data)) => (Value::Object(schema.clone()), data),
            };
        let validator = match jsonschema::draft202012::new(&schema) {
            Ok(validator) => validator,
            Err(error) => return Some(format!("has a bad schema: {error}")),
        };
        let broken: Vec<String> = validator
            .iter_errors(data)
            .map(|error| format!("`{}` {error}", error.instance_path()))
            .collect();
        (!broken.is_empty())
            .then(|| format!("breaks the tool's output schema: {}", broken.join("; ")))
    }
}
