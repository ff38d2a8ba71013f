mod concurrent;
mod read;
mod write;

use std::collections::HashMap;

use jiff::civil::{Date, date};

use super::{InvoiceNumber, Ledger};

/// A day on which a good part of the sample is overdue.
const AS_OF: Date = date(2026, 10, 31);

async fn ledger() -> Ledger {
    Ledger::temporary().await.unwrap()
}

fn number(text: &str) -> InvoiceNumber {
    text.parse().unwrap()
}

/// One line of the sample, read without any of the ledger's code.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    number: String,
    customer_id: u32,
    customer: String,
    issued: String,
    due: String,
    total: i64,
    paid: i64,
}

impl Line {
    fn open(&self) -> i64 {
        self.total - self.paid
    }

    fn overdue(&self) -> bool {
        self.open() > 0 && self.due < AS_OF.to_string()
    }
}

fn sample() -> Vec<Line> {
    let text = include_str!("../../../data/invoices.csv");
    let line = |line: &str| {
        let [number, customer_id, customer, issued, due, total, "EUR", paid] =
            line.split(',').collect::<Vec<_>>()[..]
        else {
            panic!("{line}")
        };
        Line {
            number: number.to_owned(),
            customer_id: customer_id.parse().unwrap(),
            customer: customer.to_owned(),
            issued: issued.to_owned(),
            due: due.to_owned(),
            total: total.parse().unwrap(),
            paid: paid.parse().unwrap(),
        }
    };
    text.lines().skip(1).map(line).collect()
}

#[test]
fn the_sample_is_consistent() {
    let lines = sample();
    let mut names = HashMap::new();
    let mut sequences = HashMap::new();
    for line in &lines {
        assert!(line.issued <= line.due, "{line:?}");
        assert!(0 <= line.paid && line.paid <= line.total && line.total > 0, "{line:?}");
        let name = names.entry(line.customer_id).or_insert(&line.customer);
        assert_eq!(**name, line.customer, "{line:?}");

        // Numbers run from 1 without a gap, in the month of issue.
        let month = line.issued[..7].replace('-', "/");
        let sequence: &mut u32 = sequences.entry(month.clone()).or_default();
        *sequence += 1;
        assert_eq!(line.number, format!("FV/{month}/{sequence}"), "{line:?}");
    }
    assert!(lines.iter().any(|line| line.number == "FV/2026/03/17"));
    assert_eq!((names.len(), sequences.len()), (25, 17));
}
