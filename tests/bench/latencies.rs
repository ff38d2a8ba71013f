//! How long each of many calls took.

use std::time::Duration;

use serde_json::{Value, json};

#[derive(Default)]
pub struct Latencies {
    answered: Vec<Duration>,
    /// How many calls were refused, and what was said of one of them.
    refused: u64,
    refusal: Option<String>,
}

impl Latencies {
    pub fn push(&mut self, latency: Duration) {
        self.answered.push(latency);
    }

    /// Counts a call that was not answered as it should be.
    pub fn refuse(&mut self, refusal: String) {
        self.refused += 1;
        self.refusal.get_or_insert(refusal);
    }

    pub fn extend(&mut self, others: Self) {
        self.answered.extend(others.answered);
        self.refused += others.refused;
        self.refusal = self.refusal.take().or(others.refusal);
    }

    /// How many were answered, what they took in all, and two of their times in microseconds: none
    /// where there are none.
    pub fn report(mut self, time: Duration) -> Value {
        self.answered.sort_unstable();
        json!({
            "requests": self.answered.len(),
            "seconds": time.as_secs_f64(),
            "p50": self.micros(500),
            "p99": self.micros(990),
            "refused": self.refused,
            "refusal": self.refusal,
        })
    }

    /// Of those in order, the one that so many of a thousand don't exceed.
    fn micros(&self, per_mille: usize) -> Option<f64> {
        let at = self.answered.len().saturating_sub(1) * per_mille / 1000;
        self.answered.get(at).map(|latency| latency.as_secs_f64() * 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_those_in_order() {
        let mut latencies = Latencies::default();
        for micros in (1..=101).rev() {
            latencies.push(Duration::from_micros(micros));
        }
        let report = latencies.report(Duration::from_secs(2));
        assert_eq!(report["requests"], 101);
        let micros = ["p50", "p99"].map(|name| format!("{:.1}", report[name].as_f64().unwrap()));
        assert_eq!(micros, ["51.0", "100.0"]);
        assert_eq!(report["refused"], 0);
        assert_eq!(Latencies::default().report(Duration::ZERO)["p50"], Value::Null);
    }

    #[test]
    fn refused_calls_are_counted_apart() {
        let (mut one, mut other) = (Latencies::default(), Latencies::default());
        one.push(Duration::from_micros(1));
        other.refuse("first".to_owned());
        other.refuse("second".to_owned());
        one.extend(other);
        let report = one.report(Duration::from_secs(1));
        assert_eq!((&report["requests"], &report["refused"]), (&json!(1), &json!(2)));
        assert_eq!(report["refusal"], "first");
    }
}
