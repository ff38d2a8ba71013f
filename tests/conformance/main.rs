//! The server that the official conformance suite is run against.
//!
//! Its tools carry the names that the suite asks for. They are written with the same attribute as
//! anyone's; what the SDK has no word for (prompts, resources, completion, subscriptions) is left
//! to a handler of the protocol crate, as a user would do it.

#![allow(deprecated, reason = "the suite says what its tools are")]
#![allow(
    clippy::unused_async,
    clippy::needless_pass_by_value,
    reason = "a tool is an `async fn` that owns its parameters, whatever it does with them"
)]

mod ask;
mod changes;
mod handler;
mod rounds;
mod tools;

use mcp_runtime::{Server, tools};

use crate::handler::Handler;

#[tokio::main]
async fn main() -> Result<(), mcp_runtime::Error> {
    Server::new("conformance-fixture", "0.1.0")
        .tools(tools![
            tools::test_simple_text,
            tools::test_image_content,
            tools::test_audio_content,
            tools::test_embedded_resource,
            tools::test_multiple_content_types,
            tools::test_error_handling,
            tools::test_tool_with_progress,
            tools::test_reconnection,
            tools::test_custom_header,
            tools::json_schema_2020_12_tool,
            ask::test_tool_with_logging,
            ask::test_logging_tool,
            ask::test_sampling,
            ask::test_elicitation,
            ask::test_elicitation_sep1034_defaults,
            ask::test_elicitation_sep1330_enums,
            changes::test_trigger_tool_change,
            changes::test_trigger_prompt_change,
            rounds::test_missing_capability,
            rounds::test_streaming_elicitation,
            rounds::test_input_required_result_elicitation,
            rounds::test_input_required_result_sampling,
            rounds::test_input_required_result_list_roots,
            rounds::test_input_required_result_request_state,
            rounds::test_input_required_result_multiple_inputs,
            rounds::test_input_required_result_multi_round,
            rounds::test_input_required_result_tampered_state,
            rounds::test_input_required_result_capabilities,
        ])
        .delegate(Handler)
        .run()
        .await
}
