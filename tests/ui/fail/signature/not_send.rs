#![allow(deprecated)]

use std::rc::Rc;

use mcp_runtime::{tool, tools};

/// Pay an invoice.
#[tool]
async fn pay_invoice(number: String) -> String {
    let shared = Rc::new(number);
    std::future::ready(()).await;
    shared.to_string()
}

fn main() {
    drop(pay_invoice(String::new()));
    let _ = tools![pay_invoice];
}
