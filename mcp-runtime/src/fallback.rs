//! The check of `fallback = …`: a tool that can stand in for another one.
//!
//! Its arguments must be among the other one's, by name and type, since it is called with them;
//! its result must be of the same type, since it is passed on as it is; and it may do no more than
//! the other one says it does. All of it is checked by the compiler.
//!
//! Every tool publishes what it takes, as [`Takes`], and what it returns, as [`Returns`]. Both are
//! parameters of the traits and not their associated types, because those could not be more
//! private than the tool.

use std::marker::PhantomData;

use crate::const_text::{Text, equal};
use crate::params::{Kind, ParamDef};
use crate::tool::{Tool, ToolDef};

/// A tool takes an argument of type `T`, by a hash of the argument's name; the hash of no name
/// stands for a flattened struct.
pub trait Takes<const NAME: u64, T> {}

/// A tool's function returns an `R`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tool",
    label = "no `#[tool]` function has this name",
    note = "annotate the function: `#[mcp_runtime::tool]`"
)]
pub trait Returns<R>: Tool {}

/// What a tool returns whose attribute doesn't compile.
#[derive(Debug)]
pub struct Unknown;

/// Whether the tool `F` takes the argument as a `T` too: its `SAME` is this one's where it does,
/// and [`OtherArgument`]'s where it doesn't.
#[derive(Debug)]
pub struct Argument<F, const NAME: u64, T>(PhantomData<fn() -> (F, T)>);

impl<F: Takes<NAME, T>, const NAME: u64, T> Argument<F, NAME, T> {
    #[doc(hidden)]
    pub const SAME: bool = true;
}

/// See [`Argument`].
pub trait OtherArgument {
    #[doc(hidden)]
    const SAME: bool = false;
}

impl<A> OtherArgument for A {}

/// A tool and what its function returns.
#[derive(Debug)]
pub struct Answer<R> {
    tool: &'static ToolDef,
    result: PhantomData<fn() -> R>,
}

/// The answer of the tool `F`.
pub const fn answer<F: Returns<R>, R>() -> Answer<R> {
    Answer { tool: F::DEF, result: PhantomData }
}

/// The data of an answer: what a `Result` holds, else the result itself.
#[derive(Debug)]
pub struct Data<T>(PhantomData<fn() -> T>);

impl<T, E> Answer<Result<T, E>> {
    #[doc(hidden)]
    pub fn data(self) -> Data<T> {
        Data(PhantomData)
    }
}

/// Every answer that isn't a `Result`: found only where the inherent method isn't.
pub trait PlainAnswer {
    #[doc(hidden)]
    type Result;

    #[doc(hidden)]
    fn data(self) -> Data<Self::Result>;
}

impl<R> PlainAnswer for Answer<R> {
    type Result = R;

    fn data(self) -> Data<R> {
        Data(PhantomData)
    }
}

/// Marks results of the same type.
#[derive(Debug)]
pub struct Same;

/// Marks a result that nothing is known about, after an error that was reported already.
#[derive(Debug)]
pub struct Excused;

/// What the fallback `F` returns is what a tool that returns `T` may pass on.
#[diagnostic::on_unimplemented(
    message = "`fallback = {F}`: `{F}` returns `{Self}`, not `{T}`",
    label = "returns `{Self}`",
    note = "the answer of a fallback is passed on as it is, so it must be of the same type"
)]
pub trait SameResult<F, T, M> {}

#[diagnostic::do_not_recommend]
impl<F, T> SameResult<F, T, Same> for T {}

#[diagnostic::do_not_recommend]
impl<F, T> SameResult<F, T, Excused> for Unknown {}

/// Compiles where a fallback may answer for a tool.
pub fn same_result<F, T, D: SameResult<F, T, M>, M>(_tool: Data<T>, _fallback: Data<D>) {}

/// The fallback of a tool, as far as it can be one.
///
/// `same` holds the names of the tool's arguments, and whether the fallback takes each as the same
/// type. `results` is never called: it compiles where the results fit.
///
/// # Panics
///
/// Where it can't stand in for the tool; it is called in constants only.
#[track_caller]
#[allow(clippy::needless_pass_by_value, reason = "an expansion reads best so")]
pub const fn fallback<R>(
    tool: &str,
    params: &[ParamDef],
    read_only: bool,
    destructive: bool,
    same: &[(&str, bool)],
    answer: Answer<R>,
    results: fn(),
) -> &'static ToolDef {
    let _ = results;
    let fallback = answer.tool;
    if fallback.description.is_empty() {
        // `ToolDef::INVALID`, which has its own error already.
        return fallback;
    }
    let mut text = Text::new();
    text.push("`fallback = ").push(fallback.name).push("`: `").push(fallback.name);
    if read_only && !fallback.read_only {
        text.push("` writes, and `").push(tool).push("` is `read_only`");
        fail(&mut text, "name a tool that only reads");
    }
    if fallback.destructive && !destructive {
        text.push("` is `destructive`, and `").push(tool).push("` is not");
        fail(&mut text, "name a tool that does no more than this one");
    }
    let mut i = 0;
    while i < fallback.params.len() {
        let param = &fallback.params[i];
        match (param.kind, find(param, params)) {
            (Kind::Flatten(_), false) => {
                text.push("` takes one struct as its whole input, which `").push(tool);
                fail(text.push("` does not"), SAME_ARGUMENTS);
            }
            (Kind::Argument(_), false) => {
                text.push("` takes `").push(param.name).push("`, which `").push(tool);
                fail(text.push("` does not have"), SAME_ARGUMENTS);
            }
            (Kind::Flatten(_), true) if !is_same("", same) => {
                text.push("` takes another struct as its whole input than `").push(tool);
                fail(text.push("`"), SAME_ARGUMENTS);
            }
            (Kind::Argument(_), true) if !is_same(param.name, same) => {
                text.push("` takes `").push(param.name).push("` as another type than `").push(tool);
                fail(text.push("`"), SAME_ARGUMENTS);
            }
            _ => {}
        }
        i += 1;
    }
    fallback
}

/// Whether a tool with `params` has the argument `wanted` of another one.
const fn find(wanted: &ParamDef, params: &[ParamDef]) -> bool {
    let mut i = 0;
    while i < params.len() {
        match (wanted.kind, params[i].kind) {
            (Kind::Flatten(_), Kind::Flatten(_)) => return true,
            (Kind::Argument(_), Kind::Argument(_)) if equal(wanted.name, params[i].name) => {
                return true;
            }
            _ => {}
        }
        i += 1;
    }
    false
}

const fn is_same(name: &str, same: &[(&str, bool)]) -> bool {
    let mut i = 0;
    while i < same.len() {
        if equal(same[i].0, name) {
            return same[i].1;
        }
        i += 1;
    }
    false
}

const SAME_ARGUMENTS: &str =
    "a fallback is called with this tool's arguments: take the same, by name and type";

#[track_caller]
const fn fail(text: &mut Text, help: &str) {
    text.push("\n= help: ").push(help);
    panic!("{}", text.as_str());
}
