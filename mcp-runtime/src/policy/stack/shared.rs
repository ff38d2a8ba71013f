//! What the tools of one server share: stores, dependencies, pools, counts.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::clock::Clock;
use crate::config::Settings;
use crate::policies::DependencyDef;
use crate::policy::admission::Limiter;
use crate::policy::blocking::BlockingPool;
use crate::policy::budget::{Budget, Ledger};
use crate::policy::confirm::Confirmations;
use crate::policy::dependency::Breaker;
use crate::policy::loop_guard::LoopGuard;
use crate::policy::retry::RetryBudget;
use crate::records::Records;
use crate::stats::Stats;
use crate::store::cache::{CacheStore, MemoryCache};
use crate::store::rate::{MemoryRates, RateStore};

/// What the tools of one server share.
pub(crate) struct Shared {
    pub(crate) stats: Stats,
    pub(crate) rates: Arc<dyn RateStore>,
    pub(crate) cache: Arc<dyn CacheStore>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) budget: Option<Budget>,
    pub(crate) guard: Arc<LoopGuard>,
    pub(crate) confirmations: Arc<Confirmations>,
    pub(crate) blocking: Arc<BlockingPool>,
    pub(crate) records: Records,
    pub(crate) clock: Clock,
    dependencies: Mutex<HashMap<TypeId, Arc<DependencyState>>>,
}

/// The state of one dependency, shared by all tools that use it.
pub(crate) struct DependencyState {
    pub(crate) limiter: Option<Arc<Limiter>>,
    pub(crate) breaker: Option<Arc<Breaker>>,
    pub(crate) retries: Arc<RetryBudget>,
}

impl Shared {
    /// All but the records in memory, in the sizes of the settings.
    ///
    /// # Errors
    ///
    /// What is wrong with a file that a setting names.
    pub(crate) fn new(settings: &Settings, stats: Stats, records: Records) -> Result<Self, String> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let period = settings.budget_period;
        let key_file = settings.confirmation_key_file.as_deref();
        let confirmations = Confirmations::new(key_file, settings.clock.clone())?;
        Ok(Self {
            stats,
            rates: Arc::new(MemoryRates::new()),
            cache: Arc::new(MemoryCache::new(settings.cache_bytes)),
            ledger: Arc::new(Ledger::new()),
            budget: settings.budget_units.map(|units| Budget { units, period }),
            guard: Arc::new(LoopGuard::new()),
            confirmations: Arc::new(confirmations),
            blocking: Arc::new(BlockingPool::new(settings.blocking_threads.unwrap_or(cores))),
            records,
            clock: settings.clock.clone(),
            dependencies: Mutex::default(),
        })
    }

    pub(crate) fn dependency(&self, def: &'static DependencyDef) -> Arc<DependencyState> {
        let mut all = self.dependencies.lock().unwrap_or_else(PoisonError::into_inner);
        let state = all.entry((def.id)()).or_insert_with(|| {
            Arc::new(DependencyState {
                limiter: Limiter::of_dependency(def),
                breaker: Breaker::of(def),
                retries: RetryBudget::of_dependency(def),
            })
        });
        Arc::clone(state)
    }
}
