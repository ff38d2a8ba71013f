//! The function stays what it was: callable, importable, and itself.

use mcp_runtime::{Context, State, ToolError, tool, tools};

mod web {
    use mcp_runtime::tool;

    /// Fetch a page.
    #[tool(read_only, open_world, timeout = "5s")]
    pub async fn fetch(
        /// Where it is.
        #[arg(format = "uri", length(1..=2048))]
        url: String,
    ) -> String {
        url
    }
}

use web::fetch;

type Answer<T> = Result<T, ToolError>;

/// Behind an alias, with every kind of parameter.
#[tool(name = "search.all", idempotent(natural))]
async fn search(
    mut query: String,
    limit: Option<u8>,
    context: Context,
    State(prefix): State<String>,
    State(_): State<u8>,
) -> Answer<Vec<String>> {
    drop((limit, context));
    query.insert_str(0, &prefix);
    Ok(vec![fetch(query).await])
}

/// Of a name that is a type's as well.
#[tool]
async fn data() -> Data {
    Data { value: 1 }
}

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Data {
    value: u8,
}

fn main() {
    let _ = tools![search, web::fetch, data];
    let _ = tools![fetch];
    let _ = tools![];
    let _function: fn(String) -> _ = fetch;
    assert_eq!(poll(fetch("x".to_owned())), "x");
    assert_eq!(poll(data()).value, 1);
}

fn poll<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => unreachable!("nothing here waits"),
    }
}
