//! What every server's tool answers: the peers' too, so that all write the same bytes.

use schemars::JsonSchema;
use serde::Serialize;

/// An invoice: about 400 bytes of JSON.
#[derive(Clone, Serialize, JsonSchema)]
pub struct Invoice {
    number: String,
    customer_id: u64,
    customer: String,
    issued: String,
    due: String,
    currency: String,
    net_cents: u64,
    tax_cents: u64,
    paid: bool,
    lines: Vec<Line>,
}

/// A line of it.
#[derive(Clone, Serialize, JsonSchema)]
pub struct Line {
    description: String,
    quantity: u32,
    net_cents: u64,
}

/// Looks nothing up, so that what is measured is the server.
pub fn invoice(number: String, customer_id: u64, with_lines: bool) -> Invoice {
    let line = |description: &str, quantity, net_cents| Line {
        description: description.to_owned(),
        quantity,
        net_cents,
    };
    let lines = if with_lines {
        vec![
            line("Machine time, invoiced by the hour", 12, 54_000),
            line("Spare parts for the conveyor", 3, 8_997),
        ]
    } else {
        Vec::new()
    };
    Invoice {
        number,
        customer_id,
        customer: "Northern Light Shipping and Storage".to_owned(),
        issued: "2026-03-17".to_owned(),
        due: "2026-04-16".to_owned(),
        currency: "EUR".to_owned(),
        net_cents: 62_997,
        tax_cents: 11_969,
        paid: false,
        lines,
    }
}
