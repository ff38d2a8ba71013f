//! What the compiler holds tools to, under the names that its messages quote.
//!
//! A message such as "required by a bound in `mcp_runtime::contract::param`" names something of
//! this module. Attributes write the calls; none of them is made by hand, and what is here changes
//! without notice.

pub use crate::check::{checking, outcome};
pub use crate::extract::Shared;
pub use crate::fallback::{Answer, Returns, SameResult, Unknown, answer, same_result};
pub use crate::output::{PlainOutput, Probe};
pub use crate::params::{Comparable, Param, argument, compared, extractor, flatten, param};
pub use crate::private::{icons, json, respond};
pub use crate::reconcile::{Found, Look, looking, reconciling};
pub use mcp_macros::{__scopes as scopes, __tools as tools};
