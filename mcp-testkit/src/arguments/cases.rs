//! Valid arguments one after the other, and the way from one that fails to the simplest that does.

use std::fmt;

use proptest::strategy::{SBoxedStrategy, Strategy, ValueTree};
use serde_json::Value;

use super::maker::runner;

/// While shrinking, at most so many simpler arguments are tried.
const MAX_TRIED: usize = 2000;

/// Valid arguments without end, the same for the same seed.
#[derive(Clone, Debug)]
pub struct Cases {
    pub(super) strategy: SBoxedStrategy<Value>,
    pub(super) seed: u64,
    pub(super) index: u64,
}

impl Iterator for Cases {
    type Item = Case;

    fn next(&mut self) -> Option<Case> {
        let (seed, index) = (self.seed, self.index);
        self.index += 1;
        // What breaks the schema as a whole is drawn again, up to a limit that the first case of
        // a schema has kept.
        let tree = self.strategy.new_tree(&mut runner(seed, index));
        let tree = tree.unwrap_or_else(|reason| {
            panic!("case {index} of seed {seed}: no valid arguments were found: {reason}")
        });
        Some(Case { tree, seed, index })
    }
}

/// Valid arguments that can be made simpler.
pub struct Case {
    tree: Box<dyn ValueTree<Value = Value>>,
    seed: u64,
    index: u64,
}

impl Case {
    /// The arguments.
    pub fn arguments(&self) -> Value {
        self.tree.current()
    }

    /// Makes the arguments simpler, and says whether that was possible.
    pub fn simplify(&mut self) -> bool {
        self.tree.simplify()
    }

    /// Takes a part of the last [`simplify`](Self::simplify) back: what it led to doesn't show
    /// what is looked for. Says whether that was possible.
    pub fn complicate(&mut self) -> bool {
        self.tree.complicate()
    }

    /// The simplest arguments found for which `fails` still says yes, starting from these, for
    /// which it did: the fewest properties, the shortest texts, the numbers nearest to zero.
    ///
    /// It asks at most 2,000 times.
    ///
    /// ```
    /// use mcp_runtime::{Code, tool, tools};
    /// use mcp_testkit::{Arguments, TestServer};
    /// use serde_json::{Value, json};
    ///
    /// /// Split a bill.
    /// #[tool]
    /// async fn split(cents: u32, guests: Vec<String>) -> u32 {
    ///     cents / u32::try_from(guests.len()).unwrap()
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let server = TestServer::new(tools![split]);
    /// let fails = async |arguments: Value| {
    ///     let answer = server.call("split", arguments).await;
    ///     answer.outcome().as_ref().is_err_and(|error| *error.code() == Code::Internal)
    /// };
    /// let arguments = Arguments::of(server.list().next().unwrap());
    /// let mut found = None;
    /// for case in arguments.cases(1).take(100) {
    ///     if fails(case.arguments()).await {
    ///         found = Some(case.shrink(fails).await);
    ///         break;
    ///     }
    /// }
    /// assert_eq!(found, Some(json!({ "cents": 0, "guests": [] })));
    /// # }
    /// ```
    pub async fn shrink(mut self, mut fails: impl AsyncFnMut(Value) -> bool) -> Value {
        let mut simplest = self.arguments();
        let mut goes_on = self.simplify();
        for _ in 0..MAX_TRIED {
            if !goes_on {
                break;
            }
            let simpler = self.arguments();
            goes_on = if fails(simpler.clone()).await {
                simplest = simpler;
                self.simplify()
            } else {
                self.complicate()
            };
        }
        simplest
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tree, seed, index } = self;
        let mut debug = f.debug_struct("Case");
        debug.field("seed", seed).field("index", index).field("arguments", &tree.current());
        debug.finish()
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tree, seed, index } = self;
        write!(f, "{} (case {index} of seed {seed})", tree.current())
    }
}
