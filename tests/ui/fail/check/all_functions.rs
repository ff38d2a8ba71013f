#![allow(deprecated)]

use mcp_runtime::{tool, tools};

fn of_text(text: &str) -> Result<(), String> {
    if text.is_empty() { Err("is empty".into()) } else { Ok(()) }
}

/// Of another type.
#[tool(public, check = of_text(count))]
async fn types(text: String, count: u32) -> (String, u32) {
    (text, count)
}

/// With more than it takes.
#[tool(public, check = of_text)]
async fn more(text: String, count: u32) -> (String, u32) {
    (text, count)
}

fn truth(from: &u32) -> bool {
    *from > 0
}

/// A truth value says nothing.
#[tool(public)]
async fn returns(#[arg(check = truth)] from: u32) -> u32 {
    from
}

struct Failure;

async fn fails(_: &u32) -> Result<(), Failure> {
    Err(Failure)
}

/// An error that says nothing.
#[tool(public, check = fails)]
async fn errors(from: u32) -> u32 {
    from
}

async fn stays(_: &u32) -> Result<(), String> {
    let here = std::rc::Rc::new(1);
    std::future::ready(()).await;
    drop(here);
    Ok(())
}

/// A future that stays where it is.
#[tool(public, check = stays)]
async fn threads(from: u32) -> u32 {
    from
}

/// No such function.
#[tool(public, check = missing)]
async fn unknown(from: u32) -> u32 {
    from
}

/// Nothing is wrong with this one.
#[tool(public, check = of_text)]
async fn correct(text: String) -> String {
    text
}

fn main() {
    let _ = tools![correct];
    let _ = (types, more, returns, errors, threads, unknown);
}
