mod layer;
mod machine;
mod model;

use std::time::Duration;

use crate::policies::Breaker as Settings;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// What stands for nothing but `breaker`.
const SETTINGS: Settings = Settings::new();
