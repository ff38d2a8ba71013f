#![allow(deprecated)]

use mcp_runtime::{ToolError, tool, tools};

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Receipt {
    number: u64,
}

type Answer<T> = Result<T, ToolError>;

async fn other(_: &u64) -> Result<Option<u64>, ToolError> {
    Ok(None)
}

/// The result of another tool.
#[tool(idempotent(reconcile = other))]
async fn another(invoice_id: u64) -> Answer<Receipt> {
    Ok(Receipt { number: invoice_id })
}

async fn bare(_: &u64) -> Option<Receipt> {
    None
}

/// Without errors.
#[tool(idempotent(reconcile = bare(invoice_id)))]
async fn infallible(invoice_id: u64) -> Receipt {
    Receipt { number: invoice_id }
}

async fn always(number: &u64) -> Answer<Receipt> {
    Ok(Receipt { number: *number })
}

/// As if it always happened.
#[tool(idempotent(reconcile = always))]
async fn certain(invoice_id: u64) -> Answer<Receipt> {
    Ok(Receipt { number: invoice_id })
}

fn at_once(_: &u64) -> Result<Option<Receipt>, ToolError> {
    Ok(None)
}

/// Without a look.
#[tool(idempotent(reconcile = at_once))]
async fn blocks(invoice_id: u64) -> Answer<Receipt> {
    Ok(Receipt { number: invoice_id })
}

struct Failure;

async fn fails(_: &u64) -> Result<Option<Receipt>, Failure> {
    Err(Failure)
}

/// An error that says nothing.
#[tool(idempotent(reconcile = fails))]
async fn errors(invoice_id: u64) -> Answer<Receipt> {
    Ok(Receipt { number: invoice_id })
}

async fn text(_: &str) -> Result<Option<Receipt>, ToolError> {
    Ok(None)
}

/// Of another type.
#[tool(idempotent(reconcile = text(invoice_id)))]
async fn types(invoice_id: u64) -> Answer<Receipt> {
    Ok(Receipt { number: invoice_id })
}

async fn stays(_: &u64) -> Result<Option<Receipt>, ToolError> {
    let here = std::rc::Rc::new(1);
    std::future::ready(()).await;
    drop(here);
    Ok(None)
}

/// A future that stays where it is.
#[tool(idempotent(reconcile = stays))]
async fn threads(invoice_id: u64) -> Answer<Receipt> {
    Ok(Receipt { number: invoice_id })
}

/// No such function.
#[tool(idempotent(reconcile = missing))]
async fn unknown(invoice_id: u64) -> Answer<Receipt> {
    Ok(Receipt { number: invoice_id })
}

async fn find(_: &u64) -> Result<Option<Receipt>, ToolError> {
    Ok(None)
}

/// Nothing is wrong with this one.
#[tool(idempotent(reconcile = find))]
async fn correct(invoice_id: u64) -> Receipt {
    Receipt { number: invoice_id }
}

fn main() {
    let _ = tools![correct];
    let _ = (another, infallible, certain, blocks, errors, types, threads, unknown);
}
