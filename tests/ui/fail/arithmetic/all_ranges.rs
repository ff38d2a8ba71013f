use mcp_runtime::{tool, tools};

/// Ranges of the wrong shape.
#[tool]
async fn shapes(
    #[arg(range())] none: u8,
    #[arg(range(..))] unbounded: u8,
    #[arg(range(5))] single: u8,
    #[arg(range(1..=))] open: u8,
    #[arg(range(1, 5))] comma: u8,
    #[arg(range("1"..="5"))] quoted: u8,
    #[arg(range(MIN..))] named: u8,
    #[arg(range(1u8..=5u8))] suffixed: u8,
    #[arg(range(1..5..9))] chained: u8,
) -> u8 {
    none + unbounded + single + open + comma + quoted + named + suffixed + chained
}

/// Ranges that hold nothing.
#[tool]
async fn empty(
    #[arg(range(9..=1))] integer: u8,
    #[arg(range(1..1))] excluded: u8,
    #[arg(range(0.5..=0.25))] float: f64,
    #[arg(range(1..=0.5))] mixed: f64,
    #[arg(length(5..=1))] text: String,
    #[arg(items(..0))] list: Vec<u8>,
) -> u8 {
    drop((float, mixed, text, list));
    integer + excluded
}

/// Lengths that can't be.
#[tool]
async fn lengths(
    #[arg(length(-1..))] negative: String,
    #[arg(length(0.5..))] fraction: String,
    #[arg(items(3))] single: Vec<u8>,
) -> String {
    drop((fraction, single));
    negative
}

fn main() {
    drop(shapes(1, 1, 1, 1, 1, 1, 1, 1, 1));
    drop(empty(1, 1, 1.0, 1.0, String::new(), Vec::new()));
    drop(lengths(String::new(), String::new(), Vec::new()));
    let _ = tools![shapes, empty];
}
