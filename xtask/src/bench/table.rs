//! A table that reads well on a terminal and as Markdown.

use std::fmt;

pub(super) struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(columns: &[&str]) -> Self {
        Self { columns: columns.iter().map(ToString::to_string).collect(), rows: Vec::new() }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = || std::iter::once(&self.columns).chain(&self.rows);
        let width = |column: usize| {
            let cells = all().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        for (number, row) in all().enumerate() {
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                match column {
                    0 => write!(f, "| {cell:<width$} |")?,
                    _ => write!(f, " {cell:>width$} |")?,
                }
            }
            writeln!(f)?;
            if number == 0 {
                for (column, width) in widths.iter().enumerate() {
                    let line = "-".repeat(*width);
                    match column {
                        0 => write!(f, "| {line} |")?,
                        _ => write!(f, " {}: |", &line[..width.saturating_sub(1)])?,
                    }
                }
                writeln!(f)?;
            }
        }
        Ok(())
    }
}

/// A count, its thousands set apart.
pub(super) fn whole(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < -0.5 { format!("-{text}") } else { text }
}

/// A number with one decimal.
pub(super) fn tenths(number: f64) -> String {
    // Not "-0.0".
    format!("{:.1}", if number.abs() < 0.05 { 0.0 } else { number })
}

/// A share, of which 0 is nothing at all.
pub(super) fn percent(share: f64) -> String {
    match share * 100.0 {
        0.0 => "0".to_owned(),
        percent if percent < 0.1 => "< 0.1 %".to_owned(),
        percent => format!("{percent:.1} %"),
    }
}

/// How many times as much.
pub(super) fn times(ratio: f64) -> String {
    format!("{ratio:.2}×")
}

/// The one in the middle, of numbers that are there.
pub(super) fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        let written = [0.2, 999.6, 12_345.4, 1_234_567.0, -4_000.0, -0.3].map(whole);
        assert_eq!(written, ["0", "1,000", "12,345", "1,234,567", "-4,000", "0"]);
        assert_eq!([-0.01, 2.25, -1.0].map(tenths), ["0.0", "2.2", "-1.0"]);
        assert_eq!([0.0, 0.0001, 0.025].map(percent), ["0", "< 0.1 %", "2.5 %"]);
        assert_eq!(whole(median(vec![3.0, 1.0, 2.0])), "2");
    }

    #[test]
    fn a_table_is_markdown_whose_columns_stand_below_each_other() {
        let mut table = Table::new(&["name", "n"]);
        table.row(["a".to_owned(), "1,000".to_owned()]);
        assert_eq!(table.to_string(), "| name |     n |\n| ---- | ----: |\n| a    | 1,000 |\n");
    }
}
