//! [`assert_pipeline!`](crate::assert_pipeline): the layers that a tool's calls pass.

#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use mcp_runtime::{Server, Tools};
use similar::{Algorithm, DiffTag, capture_diff_slices};

use crate::TestServer;

/// Asserts which layers the calls of a tool pass, from the outermost to the function.
///
/// The names are those of [`ToolInfo::pipeline`](mcp_runtime::ToolInfo::pipeline). By its path, a
/// tool is looked at on a server that has nothing else, and needs no state:
///
/// ```
/// use mcp_runtime::{tool, tools};
/// use mcp_testkit::{TestServer, assert_pipeline};
///
/// /// Pay an invoice.
/// #[tool(scope = "write:payments", idempotent, rate_limit = "5/1m")]
/// async fn pay_invoice(number: String) -> String {
///     format!("paid {number}")
/// }
///
/// assert_pipeline!(
///     pay_invoice,
///     [
///         "trace", "refusals", "loop_guard", "contain", "cancel", "timeout", "scope",
///         "rate_limit", "validation", "journal", "start",
///     ]
/// );
/// ```
///
/// With a server in front, by the name that clients call, it is that server's tool, with what its
/// settings and its layers add:
///
/// ```
/// # use mcp_runtime::{tool, tools};
/// # use mcp_testkit::{TestServer, assert_pipeline};
/// /// Say hello.
/// #[tool(read_only)]
/// async fn hello() {}
///
/// let server = TestServer::new(tools![hello])
///     .configure(|server| server.layer(tower::limit::GlobalConcurrencyLimitLayer::new(100)));
/// assert_pipeline!(
///     server,
///     "hello",
///     [
///         "trace", "refusals", "loop_guard", "contain", "cancel", "timeout", "layer",
///         "validation", "journal",
///     ]
/// );
/// ```
///
/// # Panics
///
/// Where the layers are others: each is shown on a line, with what is missing, extra or moved. And
/// where there is no such tool, or the server can't start.
#[macro_export]
macro_rules! assert_pipeline {
    ($first:ident $(:: $more:ident)*, [$($layer:expr),* $(,)?] $(,)?) => {
        $crate::__assert_pipeline(
            &$crate::__compose($crate::__runtime::tools![$first $(:: $more)*]),
            ::core::option::Option::None,
            &[$($layer),*],
        )
    };
    ($server:expr, $tool:expr, [$($layer:expr),* $(,)?] $(,)?) => {
        $crate::__assert_pipeline(&$server, ::core::option::Option::Some($tool), &[$($layer),*])
    };
}

/// A server with these tools and none of their states.
#[doc(hidden)]
pub fn __compose(tools: Tools) -> TestServer {
    Server::new("test", "0.0.0").tools(tools).without_states().into()
}

/// Compares the pipeline of a tool, the first one where none is named.
///
/// # Panics
///
/// When it is another one.
#[doc(hidden)]
#[track_caller]
pub fn __assert_pipeline(server: &TestServer, tool: Option<&str>, stated: &[&str]) {
    let tool = match tool {
        Some(name) => server.find(name),
        None => server.list().next().unwrap_or_else(|| panic!("there is no such tool")),
    };
    if tool.pipeline() != stated {
        let difference = difference(stated, tool.pipeline());
        panic!("the pipeline of `{}` is not as stated:\n{}", tool.name(), difference.trim_end());
    }
}

/// One layer a line: what is stated and what is there, and how they differ.
fn difference(stated: &[&str], found: &[&str]) -> String {
    let mut lines = String::new();
    let mut line = |sign: char, layer: &str, remark: &str| {
        // Writing to a `String` never fails.
        let _ = match remark {
            "" => writeln!(lines, "  {sign} {layer}"),
            remark => writeln!(lines, "  {sign} {layer:<16}{remark}"),
        };
    };
    for op in capture_diff_slices(Algorithm::Myers, stated, found) {
        let (tag, here, there) = op.as_tag_tuple();
        if tag == DiffTag::Equal {
            stated[here].iter().for_each(|layer| line(' ', layer, ""));
            continue;
        }
        for layer in &stated[here] {
            let is_there = count(found, layer) >= count(stated, layer);
            line('-', layer, if is_there { "moved: stated here" } else { "missing" });
        }
        for layer in &found[there] {
            let is_stated = count(stated, layer) >= count(found, layer);
            line('+', layer, if is_stated { "moved: is here" } else { "extra" });
        }
    }
    lines
}

/// A server may have several layers of its users.
fn count(layers: &[&str], layer: &str) -> usize {
    layers.iter().filter(|other| **other == layer).count()
}
