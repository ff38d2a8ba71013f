//! Arguments made from a tool's input schema: valid ones, those at the edges of its rules, and
//! those that break exactly one.
//!
//! [`Arguments::of`] reads the schema that the tool advertises, and nothing else of the tool. So
//! what is made is what a client could make.
//!
//! - [`boundaries`](Arguments::boundaries) is a list, the same every time: each rule at its edge,
//!   and everything else as simple as can be.
//! - [`broken`](Arguments::broken) is a list too: each entry breaks one rule at one place, and says
//!   what a server must report.
//! - [`strategy`](Arguments::strategy) is for [`proptest`]; [`cases`](Arguments::cases) draws from
//!   it by a seed where a test is `async`, and a [`Case`] that fails shrinks.
//! - [`unsupported`](Arguments::unsupported) names what none of these cover.
//!
//! ```
//! use mcp_runtime::{Code, tool, tools};
//! use mcp_testkit::{Arguments, TestServer};
//!
//! /// Book a table.
//! #[tool]
//! async fn book(
//!     #[arg(range(1..=12))] guests: u8,
//!     #[arg(format = "date")] day: String,
//!     #[arg(length(..=40))] name: Option<String>,
//! ) -> String {
//!     format!("a table for {guests} on {day}, {}", name.unwrap_or_default())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let server = TestServer::new(tools![book]);
//! let arguments = Arguments::of(server.list().next().unwrap());
//! assert_eq!(arguments.unsupported(), []);
//!
//! for valid in arguments.boundaries() {
//!     assert!(server.call("book", valid).await.outcome().is_ok(), "{valid}");
//! }
//! for broken in arguments.broken() {
//!     let answer = server.call("book", &broken.arguments).await;
//!     assert_eq!(answer.error().code(), &Code::InvalidArguments, "{broken}");
//!     let violation = &answer.error().to_json()["details"]["violations"][0];
//!     assert_eq!(violation["pointer"], *broken.pointer, "{broken}");
//!     assert_eq!(violation["rule"], *broken.rule, "{broken}");
//! }
//! for case in arguments.cases(7).take(100) {
//!     assert!(server.call("book", case.arguments()).await.outcome().is_ok(), "{case}");
//! }
//! # }
//! ```
//!
//! # What a schema can't say
//!
//! Valid is what the schema admits. A type may be narrower: a `TryFrom`, the key of a
//! `HashMap<u8, _>`, a `SystemTime`. So may a tool's own checks. Such a tool may refuse what is made
//! here with `invalid_arguments`; it must not answer `internal` or panic.
//!
//! Rules that another one implies are left out: beside `enum` or `const`, a `type`.

mod attempt;
mod broken;
mod cases;
mod judge;
mod kinds;
mod list;
mod maker;
mod node;
mod number;
mod record;
mod text;
mod unsupported;

use std::sync::Arc;

use mcp_runtime::ToolInfo;
use proptest::prelude::Strategy;
use proptest::strategy::SBoxedStrategy;
use serde_json::{Map, Value};

pub use broken::Broken;
pub use cases::{Case, Cases};
use judge::{Judge, token};
use maker::Maker;
use node::Node;
pub use unsupported::{Unsupported, Why};

/// In arguments made at random, a recursive type may hold itself this often.
const DEEP: usize = 3;
/// In those made one by one, this often: their number grows with it.
const SHALLOW: usize = 2;

/// The arguments of one tool.
#[derive(Clone, Debug)]
pub struct Arguments {
    strategy: Option<SBoxedStrategy<Value>>,
    boundaries: Vec<Value>,
    broken: Vec<Broken>,
    unsupported: Vec<Unsupported>,
}

impl Arguments {
    /// The arguments of a tool, by the schema that it advertises.
    ///
    /// # Panics
    ///
    /// When the schema isn't one. No server starts with such a tool.
    #[track_caller]
    pub fn of(tool: &ToolInfo) -> Self {
        let mut this = Self::from_schema(tool.input_schema());
        for secret in tool.secrets() {
            let secret = token(secret);
            this.broken.iter_mut().for_each(|one| conceal(one, &secret));
        }
        this
    }

    /// The arguments that a schema (2020-12) admits: an object's, as tools have them. Formats are
    /// asserted, an explicit null counts as absent where a property is optional, and defaults
    /// apply.
    ///
    /// # Panics
    ///
    /// When the schema isn't one.
    #[track_caller]
    pub fn from_schema(schema: &Map<String, Value>) -> Self {
        let judge = match Judge::of(schema) {
            Ok(judge) => Arc::new(judge),
            Err(problem) => panic!("the input schema is not valid: {problem}"),
        };
        let maker = Maker::new(schema);
        let shallow = Node::root(schema, SHALLOW);
        let mut boundaries = maker.edges(&shallow);
        boundaries.retain(|edge| edge.is_object() && judge.accepts(edge));
        let broken = broken::broken(&maker, &judge, maker.breaks(&shallow));
        let accepts = Arc::clone(&judge);
        let strategy = maker.strategy(&Node::root(schema, DEEP)).map(|any| {
            let is_valid = move |one: &Value| one.is_object() && accepts.accepts(one);
            any.prop_filter("arguments that keep the whole schema", is_valid).sboxed()
        });
        let strategy = strategy.filter(|any| {
            let is_satisfied = maker::samples(any, 1).next().is_some();
            if !is_satisfied {
                maker.note("", "type", Why::NoValue);
            }
            is_satisfied
        });
        let unsupported = maker.into_notes().into_iter().collect();
        Self { strategy, boundaries, broken, unsupported }
    }

    /// Valid arguments at random. They shrink to the fewest properties, the shortest texts and
    /// lists, and the numbers nearest to zero.
    ///
    /// # Panics
    ///
    /// When no valid arguments could be found; the message says where not.
    #[track_caller]
    pub fn strategy(&self) -> impl Strategy<Value = Value> + Clone + use<> {
        self.any()
    }

    /// Valid arguments at random, the same for the same seed.
    ///
    /// # Panics
    ///
    /// When no valid arguments could be found; the message says where not.
    #[track_caller]
    pub fn cases(&self, seed: u64) -> Cases {
        Cases { strategy: self.any(), seed, index: 0 }
    }

    /// Valid arguments at the edges: each rule at its least and its most; each value of an `enum`
    /// and each alternative; only what is required, all that is optional, null for what may be left
    /// out; texts of characters that take several bytes; the largest integers of the type; an
    /// integer with a fraction of zero.
    pub fn boundaries(&self) -> &[Value] {
        &self.boundaries
    }

    /// Arguments that break exactly one rule at one place, for each rule of the schema. Of a
    /// recursive type, the rules within itself are broken at one of the places where it holds
    /// itself.
    pub fn broken(&self) -> &[Broken] {
        &self.broken
    }

    /// What is not covered, and why. Empty for the schemas of most Rust types.
    pub fn unsupported(&self) -> &[Unsupported] {
        &self.unsupported
    }

    #[track_caller]
    fn any(&self) -> SBoxedStrategy<Value> {
        self.strategy.clone().unwrap_or_else(|| {
            let missing = self.unsupported.iter().filter(|one| one.why != Why::NotAlone);
            let reasons: Vec<String> = missing.map(ToString::to_string).collect();
            panic!("no valid arguments could be found: {}", reasons.join("; "))
        })
    }
}

/// Of a secret argument, nothing is reported but the argument itself and what its own object lacks.
fn conceal(broken: &mut Broken, secret: &str) {
    let parent = || broken.pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
    let is_name = matches!(&*broken.rule, "additionalProperties" | "unevaluatedProperties");
    let is_own = |at: &str| at == secret;
    let at = if is_name || broken.rule == "required" { parent() } else { &broken.pointer };
    let is_within =
        at.strip_prefix(secret).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if is_within && (is_name || !is_own(at)) {
        secret.clone_into(&mut broken.pointer);
    }
}

#[cfg(test)]
mod tests;
