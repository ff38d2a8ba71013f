//! What an operator changes about single tools: `[tools.NAME]` in `mcp.toml`.
//!
//! An operator may tighten what the attribute states and set what it leaves open. Loosening is an
//! error at start.

use std::time::Duration;

use crate::policies::{Concurrency, Policies, RateLimit};
use crate::tool::ToolDef;

/// What `[tools.NAME]` says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Override {
    pub(crate) timeout: Option<Duration>,
    pub(crate) concurrency: Option<u32>,
    pub(crate) cache_ttl: Option<Duration>,
    /// Added to the tool's own: every rate must allow a call.
    pub(crate) rate_limits: Vec<RateLimit>,
}

/// A tool's time and policies as the operator left them.
#[derive(Debug)]
pub(crate) struct Effective {
    pub(crate) timeout: Option<Duration>,
    pub(crate) policies: Policies,
    pub(crate) rate_limits: Vec<RateLimit>,
}

impl Override {
    /// # Errors
    ///
    /// Each key that would loosen the tool's contract, or that has nothing to tighten.
    pub(crate) fn apply(&self, def: &ToolDef) -> Result<Effective, Vec<String>> {
        let mut problems = Vec::new();
        let mut policies = def.policies;
        let mut loosens = |key: &str, stated: String| {
            problems.push(format!(
                "`{key}` in `[tools]` would loosen its contract, which says {stated}: \
                 it may only be tightened"
            ));
        };
        let timeout = match (self.timeout, def.timeout) {
            (Some(wanted), Some(stated)) if wanted > stated => {
                loosens("timeout", format!("{stated:?}"));
                Some(stated)
            }
            (wanted, stated) => wanted.or(stated),
        };
        if let Some(wanted) = self.concurrency {
            policies.concurrency = match policies.concurrency {
                Some(stated) if wanted > stated.max() => {
                    loosens("concurrency", stated.max().to_string());
                    Some(stated)
                }
                Some(Concurrency::Adaptive { .. }) => Some(Concurrency::Adaptive { max: wanted }),
                _ => Some(Concurrency::Fixed(wanted)),
            };
        }
        if let Some(wanted) = self.cache_ttl {
            match &mut policies.cache {
                Some(cache) if wanted > cache.ttl => {
                    loosens("cache_ttl", format!("{:?}", cache.ttl));
                }
                Some(cache) => cache.ttl = wanted,
                None => problems.push(
                    "`cache_ttl` in `[tools]` has nothing to tighten: the tool isn't cached".into(),
                ),
            }
        }
        let rate_limits = policies.rate_limits.iter().chain(&self.rate_limits).copied().collect();
        if problems.is_empty() {
            Ok(Effective { timeout, policies, rate_limits })
        } else {
            Err(problems)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::OutputSchema;
    use crate::policies::{Cache, Per};

    fn def() -> ToolDef {
        ToolDef::new(
            "t",
            "",
            &[],
            |_| OutputSchema(None),
            |_| Err(crate::ToolError::new("x_y", "")),
        )
        .timeout_ms(5_000)
        .concurrency(8)
        .cache(Cache::new(30_000))
    }

    #[test]
    fn tightening_is_applied() {
        let rate = RateLimit::new(1, 1_000, Per::Tool);
        let tighter = Override {
            timeout: Some(Duration::from_secs(1)),
            concurrency: Some(2),
            cache_ttl: Some(Duration::from_secs(3)),
            rate_limits: vec![rate],
        };
        let effective = tighter.apply(&def()).unwrap();
        assert_eq!(effective.timeout, Some(Duration::from_secs(1)));
        assert_eq!(effective.policies.concurrency, Some(Concurrency::Fixed(2)));
        assert_eq!(effective.policies.cache.unwrap().ttl, Duration::from_secs(3));
        assert_eq!(effective.rate_limits, [rate]);
    }

    #[test]
    fn loosening_is_refused_key_by_key() {
        let looser = Override {
            timeout: Some(Duration::from_secs(6)),
            concurrency: Some(9),
            cache_ttl: Some(Duration::from_secs(31)),
            rate_limits: Vec::new(),
        };
        let problems = looser.apply(&def()).unwrap_err();
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(problems[0].contains("which says 5s"), "{problems:?}");
    }

    #[test]
    fn what_is_left_open_can_be_set_except_a_cache() {
        let bare = ToolDef::new(
            "t",
            "",
            &[],
            |_| OutputSchema(None),
            |_| Err(crate::ToolError::new("x_y", "")),
        );
        let open = Override {
            timeout: Some(Duration::from_mins(1)),
            concurrency: Some(1),
            ..Override::default()
        };
        let effective = open.apply(&bare).unwrap();
        assert_eq!(effective.timeout, Some(Duration::from_mins(1)));
        assert_eq!(effective.policies.concurrency, Some(Concurrency::Fixed(1)));
        let cached = Override { cache_ttl: Some(Duration::from_secs(1)), ..Override::default() };
        assert!(cached.apply(&bare).is_err());
    }
}
