use mcp_runtime::{State, tool, tools};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Page {
    number: u32,
}

/// A key that nearly exists.
#[tool]
async fn unknown(#[arg(patern = "^a")] query: String) -> String {
    query
}

/// A key twice, in two attributes.
#[tool]
async fn twice(
    #[arg(pattern = "^a")]
    #[arg(pattern = "a$")]
    query: String,
) -> String {
    query
}

/// Values of the wrong shape.
#[tool]
async fn shapes(#[arg(default, pattern = 5, length = 1..=64, flatten = true)] query: String) -> String {
    query
}

/// No parentheses.
#[tool]
async fn no_list(#[arg = "query"] query: String) -> String {
    query
}

/// Arguments need a plain name.
#[tool]
async fn on_a_pattern(#[arg(description = "the limit")] State(limit): State<u8>) -> u8 {
    limit
}

/// Names that can't be shown.
#[tool]
async fn renamed(#[arg(rename = "")] one: String, #[arg(rename = "a\nb")] two: String) -> String {
    one + &two
}

/// A flattened parameter has no property.
#[tool]
async fn flattened(#[arg(flatten, default = 1, header = "Page", rename = "p")] page: Page) -> u32 {
    page.number
}

/// Headers that no proxy would pass on.
#[tool]
async fn headers(#[arg(header = "My Region")] one: String, #[arg(header = "Größe")] two: String) -> String {
    one + &two
}

/// The same header twice.
#[tool]
async fn same_header(
    #[arg(header = "Region")] one: String,
    #[arg(header = "REGION")] two: String,
) -> String {
    one + &two
}

/// A format that says nothing.
#[tool]
async fn format(#[arg(format = "")] query: String) -> String {
    query
}

fn main() {
    let text = String::new;
    drop((unknown(text()), twice(text()), shapes(text()), no_list(text())));
    drop((on_a_pattern(State(1)), renamed(text(), text()), flattened(Page { number: 1 })));
    drop((headers(text(), text()), same_header(text(), text()), format(text())));
    let _ = tools![unknown, flattened];
}
