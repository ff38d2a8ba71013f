//! What succeeded, and what is missing.

mod batch;

use std::borrow::Cow;
use std::fmt::Write as _;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};
use tracing::warn;

use crate::error::{Code, IntoToolError, ToolError};

/// Missing entries that the coverage names; beyond them it counts.
const NAMED: usize = 10;

/// A result in parts, some of which may be missing: eight invoices of ten, and which two are not
/// there and why.
///
/// ```
/// use mcp_runtime::{Context, Partial, ToolError, tool};
///
/// # async fn price_of(symbol: &str) -> Result<f64, ToolError> { Ok(symbol.len() as f64) }
/// /// The present prices of up to 20 symbols.
/// #[tool(read_only, open_world)]
/// async fn prices(
///     #[arg(items(..=20))] symbols: Vec<String>,
///     ctx: Context,
/// ) -> Result<Partial<f64>, ToolError> {
///     Partial::collect_until(ctx.deadline(), symbols, 4, |symbol| async move {
///         price_of(&symbol).await
///     })
///     .await
///     .into_result()
/// }
/// ```
///
/// It is data like any other result, with an output schema. What a model reads starts with what it
/// must not overlook:
///
/// ```
/// # use mcp_runtime::{Missing, Partial, ToolError};
/// let slow = Missing::new("X", ToolError::new("timeout", "the bank was slow").retryable());
/// let partial = Partial::new(vec![1, 2], vec![slow]);
/// assert_eq!(
///     serde_json::to_string(&partial)?,
///     concat!(
///         r#"{"coverage":"2 of 3; missing: X (timeout)","data":[1,2],"missing":["#,
///         r#"{"what":"X","code":"timeout","message":"the bank was slow","retryable":true}]}"#,
///     ),
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// An entry of `data` doesn't say which item it came from: let it name itself.
#[derive(Clone, Debug)]
pub struct Partial<T> {
    /// What succeeded, in the order of what was asked for.
    pub data: Vec<T>,
    /// What didn't, in the same order.
    pub missing: Vec<Missing>,
}

/// Something that a [`Partial`] result lacks.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Missing {
    /// What is missing, in the caller's own words.
    what: String,
    /// Why, for programs.
    #[schemars(with = "String")]
    code: Code,
    /// Why, for the model.
    message: String,
    /// Whether asking for it again may succeed.
    retryable: bool,
}

impl Missing {
    /// What is missing, and the error that is to blame.
    ///
    /// The error's developer message is logged here, since it goes no further.
    pub fn new(what: impl Into<String>, error: impl IntoToolError) -> Self {
        let error = error.into_tool_error();
        if let (true, Some(detail)) = (error.code().is_fault(), error.developer_message()) {
            let detail = crate::secrets::freed(detail);
            warn!(code = error.code().as_str(), detail, "part of a result is missing");
        }
        Self {
            what: what.into(),
            code: error.code().clone(),
            message: error.message().to_owned(),
            retryable: error.is_retryable(),
        }
    }

    /// What is missing.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Why, for programs.
    pub fn code(&self) -> &Code {
        &self.code
    }

    /// Why, for the model.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether asking for it again may succeed.
    pub fn is_retryable(&self) -> bool {
        self.retryable
    }
}

impl<T> Partial<T> {
    /// What succeeded, and what is missing.
    pub fn new(data: Vec<T>, missing: Vec<Missing>) -> Self {
        Self { data, missing }
    }

    /// Nothing is missing.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }

    /// How much of it is there, and what isn't: `8 of 10; missing: X (timeout), Y (not_found)`.
    /// At most ten are named.
    pub fn coverage(&self) -> String {
        let (found, missing) = (self.data.len(), self.missing.len());
        let mut text = format!("{found} of {}", found.saturating_add(missing));
        for (index, Missing { what, code, .. }) in self.missing.iter().take(NAMED).enumerate() {
            let before = if index == 0 { "; missing: " } else { ", " };
            // Writing into a string cannot fail.
            let _ = write!(text, "{before}{what} ({code})");
        }
        if missing > NAMED {
            let _ = write!(text, " and {} more", missing - NAMED);
        }
        text
    }

    /// The result, unless all of it is missing.
    ///
    /// # Errors
    ///
    /// Where something is missing and nothing is there: the code that all of it shares, else
    /// `all_missing`. It is retryable if all of it is, and its details list what is missing.
    pub fn into_result(self) -> Result<Self, ToolError> {
        let Some(first) = self.missing.first().filter(|_| self.data.is_empty()) else {
            return Ok(self);
        };
        let shared = self.missing.iter().all(|missing| missing.code == first.code);
        let code = if shared { first.code.clone() } else { Code::from("all_missing") };
        let error = ToolError::new(code, format!("nothing could be had: {}", self.coverage()));
        let retryable = self.missing.iter().all(Missing::is_retryable);
        let error = if retryable { error.retryable() } else { error };
        // Strings and booleans: this cannot fail.
        Err(error.details(serde_json::json!({ "missing": self.missing })))
    }
}

/// The form that travels. A map whose keys are sorted starts with `coverage` all the same.
#[derive(Serialize, JsonSchema)]
struct Shown<'a, T> {
    /// How much of it is there, and what isn't.
    coverage: Cow<'a, str>,
    /// What succeeded, in the order of what was asked for.
    data: &'a [T],
    /// What didn't, and why.
    missing: &'a [Missing],
}

impl<T: Serialize> Serialize for Partial<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { data, missing } = self;
        Shown { coverage: self.coverage().into(), data, missing }.serialize(serializer)
    }
}

impl<T: JsonSchema> JsonSchema for Partial<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("Partial_{}", T::schema_name()).into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("{}::Partial<{}>", module_path!(), T::schema_id()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Shown::<T>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests;
