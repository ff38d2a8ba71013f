//! [`World`]: what outlives the servers of one contract test.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Contract;

/// What outlives the servers of one contract test: a database, the fake of a bank.
///
/// A test that kills its server lets [`contract_tests!`](crate::contract_tests) call `setup` again, to
/// start another one. With a `World` as its parameter, `setup` finds what the first one left. Each
/// test has a world of its own.
///
/// ```
/// use mcp_runtime::{Server, State, ToolError, tool, tools};
/// use mcp_testkit::{Contract, Effects, World, contract_tests};
///
/// #[derive(Clone)]
/// struct FakeBank(Effects);
///
/// /// What the bank knows of a payment.
/// async fn booked(number: &String, bank: &FakeBank) -> Result<Option<String>, ToolError> {
///     Ok(bank.0.all().contains(number).then(|| number.clone()))
/// }
///
/// /// Pay an invoice.
/// #[tool(idempotent(reconcile = booked(number, bank)))]
/// async fn pay(number: String, State(bank): State<FakeBank>) -> String {
///     bank.0.happened(&number);
///     number
/// }
///
/// async fn setup(world: World) -> Contract {
///     let bank = world.keep(async || FakeBank(Effects::new())).await;
///     let paid = bank.0.clone();
///     Contract::of(Server::new("bank", "1.0.0").tools(tools![pay]).state(bank)).effects("pay", paid)
/// }
///
/// contract_tests!(tools![pay], setup);
/// # fn main() {}
/// ```
#[derive(Clone, Default)]
pub struct World(Arc<Mutex<HashMap<TypeId, Box<dyn Any + Send>>>>);

impl World {
    /// The value of this type: made where there is none yet, and the same one from then on. There is
    /// one of each type.
    ///
    /// Each server of a test has a runtime of its own, which ends with it: what is kept must not be a
    /// task of it, nor depend on one.
    pub async fn keep<T: Clone + Send + 'static>(&self, make: impl AsyncFnOnce() -> T) -> T {
        let kept = self.all().get(&TypeId::of::<T>()).and_then(|kept| kept.downcast_ref().cloned());
        if let Some(kept) = kept {
            return kept;
        }
        let first = make().await;
        self.all().insert(TypeId::of::<T>(), Box::new(first.clone()));
        first
    }

    fn all(&self) -> MutexGuard<'_, HashMap<TypeId, Box<dyn Any + Send>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(type_name::<Self>())
    }
}

/// A `setup` of contract tests: a function that takes nothing, or a [`World`].
#[doc(hidden)]
pub trait __Setup<Takes> {
    /// Makes the server of a test.
    fn set_up(&self, world: World) -> impl Future<Output = Contract>;
}

impl<F, C> __Setup<()> for F
where
    F: AsyncFn() -> C,
    C: Into<Contract>,
{
    async fn set_up(&self, _: World) -> Contract {
        self().await.into()
    }
}

impl<F, C> __Setup<(World,)> for F
where
    F: AsyncFn(World) -> C,
    C: Into<Contract>,
{
    async fn set_up(&self, world: World) -> Contract {
        self(world).await.into()
    }
}

/// Makes the server of a test.
#[doc(hidden)]
pub async fn __set_up<Takes>(setup: impl __Setup<Takes>, world: World) -> Contract {
    setup.set_up(world).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_world_has_one_value_of_each_type() {
        let world = World::default();
        assert_eq!(world.clone().keep(async || 1_u32).await, 1);
        assert_eq!(world.keep(async || 2_u32).await, 1);
        assert_eq!(world.keep(async || 3_u64).await, 3);
        assert_eq!(World::default().keep(async || 4_u32).await, 4);
    }
}
