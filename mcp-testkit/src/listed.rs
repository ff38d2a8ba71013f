//! [`ListedTool`]: a tool as a client is shown it.

use serde_json::Value;

/// A tool as `tools/list` shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedTool(Value);

impl ListedTool {
    pub(crate) fn new(entry: Value) -> Self {
        Self(entry)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.0["name"].as_str().unwrap_or_default()
    }

    /// What a model chooses it by.
    pub fn description(&self) -> &str {
        self.0["description"].as_str().unwrap_or_default()
    }

    /// The schema of its arguments.
    pub fn input_schema(&self) -> &Value {
        &self.0["inputSchema"]
    }

    /// The schema of its result; null where it states none.
    pub fn output_schema(&self) -> &Value {
        &self.0["outputSchema"]
    }

    /// The whole entry.
    pub fn json(&self) -> &Value {
        &self.0
    }
}
