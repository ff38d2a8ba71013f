//! Connection pools as dependencies.
//!
//! A pool that is smaller than what its tools may use at a time turns a limit on calls into a wait
//! for a connection, which no queue, deadline or count of the tool's own shows. A pool that the
//! server knows is checked before it starts: the concurrency limits of all tools that name the
//! dependency fit it. While the server runs, the gauges `mcp_runtime_pool_size`,
//! `mcp_runtime_pool_idle` and `mcp_runtime_pool_waiting` show how it stands, by dependency.

use std::any::TypeId;
use std::collections::BTreeMap;

use crate::policies::{Concurrency, Dependency, DependencyDef, Policies};

/// A connection pool, as far as a server watches it.
///
/// With the feature `deadpool` it is there for all pools of that crate.
pub trait PoolStatus: Send + Sync + 'static {
    /// The connections that it holds at most.
    fn max_size(&self) -> usize;
    /// The connections that it holds now, idle or in use.
    fn size(&self) -> usize;
    /// Those of them that nobody uses.
    fn idle(&self) -> usize;
    /// Those that wait for a connection.
    fn waiting(&self) -> usize;
}

#[cfg(feature = "deadpool")]
impl<M, W> PoolStatus for deadpool::managed::Pool<M, W>
where
    M: deadpool::managed::Manager + 'static,
    W: From<deadpool::managed::Object<M>> + 'static,
{
    fn max_size(&self) -> usize {
        self.status().max_size
    }

    fn size(&self) -> usize {
        self.status().size
    }

    fn idle(&self) -> usize {
        self.status().available
    }

    fn waiting(&self) -> usize {
        self.status().waiting
    }
}

/// The pools of a server, by the dependency that each stands for.
#[derive(Default)]
pub(crate) struct Pools {
    pools: BTreeMap<TypeId, Pool>,
    /// Dependencies that were given more than one pool.
    repeated: Vec<&'static str>,
}

struct Pool {
    dependency: &'static DependencyDef,
    status: Box<dyn PoolStatus>,
}

impl Pools {
    /// A dependency has one pool: a second one is a problem at start.
    pub(crate) fn insert<D: Dependency>(&mut self, pool: impl PoolStatus) {
        let pool = Pool { dependency: D::DEF, status: Box::new(pool) };
        if self.pools.insert((D::DEF.id)(), pool).is_some() {
            self.repeated.push(D::DEF.name);
        }
    }

    /// What is wrong with the pools, given all tools of the server.
    pub(crate) fn check<'a>(
        &self,
        tools: impl IntoIterator<Item = (&'a str, &'a Policies)>,
    ) -> Vec<String> {
        let tools: Vec<_> = tools.into_iter().collect();
        let repeated = self.repeated.iter().map(|name| {
            format!("dependency `{name}` has more than one pool; give each its own dependency")
        });
        repeated.chain(self.pools.values().flat_map(|pool| pool.check(&tools))).collect()
    }

    /// Refreshes the gauges.
    pub(crate) fn publish(&self) {
        for Pool { dependency, status } in self.pools.values() {
            // Looked up each time: a recorder may be installed later than the pool.
            let gauge = |gauge: metrics::Gauge, value: usize| {
                #[allow(clippy::cast_precision_loss, reason = "nobody holds 2⁵² connections")]
                gauge.set(value as f64);
            };
            let name = dependency.name;
            gauge(metrics::gauge!("mcp_runtime_pool_size", "dependency" => name), status.size());
            gauge(metrics::gauge!("mcp_runtime_pool_idle", "dependency" => name), status.idle());
            gauge(
                metrics::gauge!("mcp_runtime_pool_waiting", "dependency" => name),
                status.waiting(),
            );
        }
    }
}

impl Pool {
    fn check(&self, tools: &[(&str, &Policies)]) -> Vec<String> {
        let (name, size) = (self.dependency.name, self.status.max_size());
        let id = (self.dependency.id)();
        let mut users = tools
            .iter()
            .filter(|(_, policies)| policies.dependencies.iter().any(|def| (def.id)() == id))
            .peekable();
        if users.peek().is_none() {
            return vec![format!(
                "dependency `{name}` has a pool, and no tool names it: \
                 write `dependency = {name}` on the tools that use it"
            )];
        }

        let mut problems = Vec::new();
        let (mut need, mut shares, mut others) = (0, Vec::new(), false);
        for (tool, policies) in users {
            match (policies.concurrency, self.dependency.concurrency) {
                (Some(own), _) => {
                    need = connections(own).saturating_add(need);
                    shares.push(format!("`{tool}` {}", own.max()));
                }
                (None, Some(_)) => others = true,
                (None, None) => problems.push(format!(
                    "`{tool}` has no concurrency limit, and its pool holds {size} connections: \
                     write `concurrency = …` on the tool or on the dependency `{name}`"
                )),
            }
        }
        if let Some(all) = self.dependency.concurrency.filter(|_| others) {
            need = connections(all).saturating_add(need);
            shares.push(format!("the others together {}", all.max()));
        }
        if need > size {
            problems.push(format!(
                "the pool of `{name}` holds {size} connections, and its tools may use {need} at a \
                 time ({}): lower their `concurrency`, or make the pool larger",
                shares.join(", ")
            ));
        }
        problems
    }
}

fn connections(limit: Concurrency) -> usize {
    limit.max() as usize
}

#[cfg(test)]
mod tests;
