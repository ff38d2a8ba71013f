use mcp_runtime::{tool, tools};

/// Not asynchronous.
#[tool]
fn sync(query: String) -> String {
    query
}

/// Generic over a type.
#[tool]
async fn generic<T: Clone>(query: T) -> T {
    query
}

/// Generic in disguise.
#[tool]
async fn disguised(query: impl Into<String>, more: Vec<impl Into<String>>) -> String {
    let _ = more;
    query.into()
}

/// Bounds on nothing.
#[tool]
async fn bounded(query: String) -> String
where
    String: Clone,
{
    query
}

/// A result without a name.
#[tool]
async fn unnamed() -> Result<impl std::fmt::Display, std::io::Error> {
    Ok("text")
}

/// Not safe.
#[tool]
async unsafe fn not_safe() {}

/// From elsewhere.
#[tool]
async extern "C" fn foreign() {}

/// Several at once.
#[tool(timeout = "5 sec")]
unsafe fn several<T>() {}

struct Store;

impl Store {
    /// A method.
    #[tool]
    async fn method(&self, query: String) -> String {
        query
    }
}

/// Not a function.
#[tool]
struct Search;

/// Not a function either.
#[tool]
pub const LIMIT: u8 = 5;

fn main() {
    let _ = sync(String::new());
    let _ = generic(String::new());
    let _ = disguised("text", vec!["text"]);
    let _ = bounded(String::new());
    let _ = unnamed();
    let _ = unsafe { not_safe() };
    let _ = foreign();
    unsafe { several::<u8>() };
    let _ = Store.method(String::new());
    let _ = (Search, LIMIT);
    let _ = tools![sync, generic, disguised];
}
