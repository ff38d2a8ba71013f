//! Effects that are counted, and a world that outlives the servers in which they happen.

use mcp_runtime::{State, ToolError, tool, tools};

use super::{Contract, Promise, keeps};
use crate::{Effects, TestServer, World};

#[derive(Clone)]
struct Bank(Effects);

/// Whether it was paid.
async fn look(bank: &Bank) -> Result<Option<usize>, ToolError> {
    Ok(Some(bank.0.count()).filter(|count| *count > 0))
}

/// Transfer money.
#[tool(idempotent(reconcile = look(bank)), timeout = "2s")]
async fn transfer(State(bank): State<Bank>) -> usize {
    bank.0.happened("a transfer");
    bank.0.count()
}

/// Transfer money, and once more.
#[tool(idempotent, timeout = "2s")]
async fn transfer_twice(State(bank): State<Bank>) -> usize {
    bank.0.happened("a transfer");
    bank.0.happened("the same transfer");
    1
}

async fn setup(world: World) -> Contract {
    let bank = world.keep(async || Bank(Effects::new())).await;
    let effects = bank.0.clone();
    Contract::of(TestServer::new(tools![transfer]).state(bank)).effects("transfer", effects)
}

crate::contract_tests!(tools![transfer], setup);

fn contract(counts: bool) -> Contract {
    let effects = Effects::new();
    let server = TestServer::new(tools![transfer_twice]).state(Bank(effects.clone()));
    Contract::of(server).effects("transfer_twice", if counts { effects } else { Effects::new() })
}

#[tokio::test(start_paused = true)]
async fn a_run_with_two_effects_is_told() {
    for promise in [Promise::ReplaysEqual, Promise::LostReplyRetried] {
        let broken = keeps(contract(true), "transfer_twice", promise).await.unwrap_err();
        let expected = "the same key had 2 effects\n  call: transfer_twice ";
        assert!(broken.to_string().starts_with(expected), "{promise}: {broken}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_count_that_counts_nothing_is_told() {
    let broken = keeps(contract(false), "transfer_twice", Promise::ReplaysEqual).await.unwrap_err();
    assert!(broken.to_string().contains("what counts its effects counts none"), "{broken}");
}

#[tokio::test(start_paused = true)]
async fn the_effects_of_a_tool_that_is_not_there_are_a_mistake() {
    let contract = contract(true).effects("transfer", Effects::new());
    let broken = keeps(contract, "transfer_twice", Promise::ReplaysEqual).await.unwrap_err();
    assert_eq!(broken.to_string(), "the server of `setup` has no tool `transfer`");
}
