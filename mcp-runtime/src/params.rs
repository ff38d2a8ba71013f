//! A tool's parameters: where each comes from, and the rules that its argument must keep.

use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{DeserializeOwned, Visitor};
use serde_json::{Number, Value, json};

use crate::call::ToolCall;
use crate::error::{Code, ToolError};
use crate::extract::{FromCall, Requirements};

/// Marks a parameter that is an argument of the call.
#[derive(Debug)]
pub struct AsArgument;

/// Marks a parameter that is taken by [`FromCall`].
#[derive(Debug)]
pub struct AsExtractor;

/// What a plain parameter of a tool can be: an argument or an extractor, decided by what its type
/// implements.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a tool argument",
    label = "not an argument and not an extractor",
    note = "for an argument, add `#[derive(serde::Deserialize, schemars::JsonSchema)]` to `{Self}`",
    note = "for something else, such as a connection, take it by an extractor: `State(db): State<Db>`"
)]
pub trait ToolParam<M>: Sized {
    #[doc(hidden)]
    const KIND: Kind;

    #[doc(hidden)]
    const DEPENDS_ON_CALLER: bool;
    #[doc(hidden)]
    const DEPENDS_ON_REQUEST: bool;
    #[doc(hidden)]
    const KEEPS_GRANTS: bool;
    #[doc(hidden)]
    const GIVES_CONTEXT: bool;
    #[doc(hidden)]
    const MAY_BE_RAW: bool;

    #[doc(hidden)]
    fn take(def: &ParamDef, call: &mut ToolCall) -> Result<Self, ToolError>;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema> ToolParam<AsArgument> for T {
    const KIND: Kind =
        Kind::Argument(ArgumentFns { schema: T::json_schema_of, absent: absent_is_a_value::<T> });
    const DEPENDS_ON_CALLER: bool = false;
    const DEPENDS_ON_REQUEST: bool = false;
    const KEEPS_GRANTS: bool = false;
    const GIVES_CONTEXT: bool = false;
    const MAY_BE_RAW: bool = false;

    fn take(def: &ParamDef, call: &mut ToolCall) -> Result<Self, ToolError> {
        match call.arguments.take(def.name) {
            Some(value) => decode(value, def),
            None => from_absent(def.name).map_err(|_| invalid(&pointer(def.name), "is required")),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<T: FromCall> ToolParam<AsExtractor> for T {
    const KIND: Kind = Kind::Extractor(T::requires);
    const DEPENDS_ON_CALLER: bool = T::DEPENDS_ON_CALLER;
    const DEPENDS_ON_REQUEST: bool = T::DEPENDS_ON_CALLER && !T::IS_THE_CALLERS;
    const KEEPS_GRANTS: bool = T::KEEPS_GRANTS;
    const GIVES_CONTEXT: bool = T::GIVES_CONTEXT;
    const MAY_BE_RAW: bool = T::MAY_BE_RAW;

    fn take(_: &ParamDef, call: &mut ToolCall) -> Result<Self, ToolError> {
        T::from_call(call)
    }
}

/// What a parameter with `#[arg(…)]` must be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a tool argument",
    label = "`#[arg(…)]` stands on an argument",
    note = "add `#[derive(serde::Deserialize, schemars::JsonSchema)]` to `{Self}`, or remove `#[arg(…)]` from an extractor"
)]
pub trait Argument: DeserializeOwned + JsonSchema {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema> Argument for T {}

/// What can travel as an HTTP header, and be compared with the constraint of a scope: strings,
/// integers and booleans.
///
/// A newtype over one of them may say so: `impl mcp_runtime::Scalar for CustomerId {}`. Its JSON
/// Schema must have one of those types; that is checked at start.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot travel as a header",
    label = "only top-level strings, integers and booleans can",
    note = "for a newtype over one of them: `impl mcp_runtime::Scalar for {Self} {{}}`"
)]
pub trait Scalar {}

macro_rules! scalars {
    ($($ty:ty)*) => { $(impl Scalar for $ty {})* };
}
scalars!(String bool u8 u16 u32 u64 usize i8 i16 i32 i64 isize);
impl<T: Scalar> Scalar for Option<T> {}

/// What a scope can be bound to: a [`Scalar`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be compared with a grant",
    label = "a scope is bound to this argument; only strings, integers and booleans can be",
    note = "for a newtype over one of them: `impl mcp_runtime::Scalar for {Self} {{}}`"
)]
pub trait Comparable {}

#[diagnostic::do_not_recommend]
impl<T: Scalar> Comparable for T {}

trait SchemaOf: JsonSchema {
    fn json_schema_of(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Self>()
    }
}
impl<T: JsonSchema + ?Sized> SchemaOf for T {}

/// Where a parameter's value comes from.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    #[doc(hidden)]
    Argument(ArgumentFns),
    #[doc(hidden)]
    Flatten(ArgumentFns),
    #[doc(hidden)]
    Extractor(fn(&mut Requirements)),
}

#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct ArgumentFns {
    pub(crate) schema: fn(&mut SchemaGenerator) -> Schema,
    /// Whether the type accepts that its argument is missing.
    pub(crate) absent: fn() -> bool,
}

/// The value of an expression in an attribute.
pub type JsonResult = Result<Value, String>;

/// One end of a range.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// For integers; any that a Rust literal can be.
    Int(i128),
    /// For floating point.
    Float(f64),
}

impl Bound {
    pub(crate) fn to_json(self) -> Value {
        match self {
            Self::Int(value) => Number::from_i128(value).map_or_else(
                #[allow(clippy::cast_precision_loss)]
                || json!(value as f64),
                Value::Number,
            ),
            Self::Float(value) => json!(value),
        }
    }
}

/// What the attribute says about one parameter.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "one per fact about the parameter")]
pub struct ParamDef {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) description: Option<&'static str>,
    pub(crate) default: Option<fn() -> JsonResult>,
    pub(crate) example: Option<fn() -> JsonResult>,
    pub(crate) minimum: Option<Bound>,
    pub(crate) maximum: Option<Bound>,
    pub(crate) exclusive_minimum: Option<Bound>,
    pub(crate) exclusive_maximum: Option<Bound>,
    pub(crate) length: Option<(u64, Option<u64>)>,
    pub(crate) items: Option<(u64, Option<u64>)>,
    pub(crate) pattern: Option<&'static str>,
    pub(crate) format: Option<&'static str>,
    pub(crate) header: Option<&'static str>,
    pub(crate) depends_on_caller: bool,
    pub(crate) depends_on_request: bool,
    pub(crate) keeps_grants: bool,
    pub(crate) gives_context: bool,
    pub(crate) may_be_raw: bool,
    /// A scope compares it with a grant.
    pub(crate) compared: bool,
    pub(crate) secret: bool,
    /// The audit log holds the argument as it is, and not its digest.
    pub(crate) audit_plain: bool,
}

impl ParamDef {
    const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            description: None,
            default: None,
            example: None,
            minimum: None,
            maximum: None,
            exclusive_minimum: None,
            exclusive_maximum: None,
            length: None,
            items: None,
            pattern: None,
            format: None,
            header: None,
            depends_on_caller: false,
            depends_on_request: false,
            keeps_grants: false,
            gives_context: false,
            may_be_raw: false,
            compared: false,
            secret: false,
            audit_plain: false,
        }
    }
}

/// A parameter of a known type, as a constant of the expansion.
#[derive(Debug)]
pub struct Param<T> {
    def: ParamDef,
    take: fn(&ParamDef, &mut ToolCall) -> Result<T, ToolError>,
    ty: PhantomData<fn() -> T>,
}

/// An argument or an extractor, as the type says.
pub const fn param<T: ToolParam<M>, M>(name: &'static str) -> Param<T> {
    let mut def = ParamDef::new(name, T::KIND);
    def.depends_on_caller = T::DEPENDS_ON_CALLER;
    def.depends_on_request = T::DEPENDS_ON_REQUEST;
    def.keeps_grants = T::KEEPS_GRANTS;
    def.gives_context = T::GIVES_CONTEXT;
    def.may_be_raw = T::MAY_BE_RAW;
    Param { def, take: T::take, ty: PhantomData }
}

/// An argument with `#[arg(…)]`.
pub const fn argument<T: Argument>(name: &'static str) -> Param<T> {
    Param {
        def: ParamDef::new(name, <T as ToolParam<AsArgument>>::KIND),
        take: <T as ToolParam<AsArgument>>::take,
        ty: PhantomData,
    }
}

/// A struct that stands for the whole input.
pub const fn flatten<T: Argument>(name: &'static str) -> Param<T> {
    let fns = ArgumentFns { schema: T::json_schema_of, absent: absent_is_a_value::<T> };
    Param { def: ParamDef::new(name, Kind::Flatten(fns)), take: take_all, ty: PhantomData }
}

/// A pattern: an extractor.
pub const fn extractor<T: FromCall>() -> Param<T> {
    let mut def = ParamDef::new("", Kind::Extractor(T::requires));
    def.depends_on_caller = T::DEPENDS_ON_CALLER;
    def.depends_on_request = T::DEPENDS_ON_CALLER && !T::IS_THE_CALLERS;
    def.keeps_grants = T::KEEPS_GRANTS;
    def.gives_context = T::GIVES_CONTEXT;
    def.may_be_raw = T::MAY_BE_RAW;
    Param { def, take: <T as ToolParam<AsExtractor>>::take, ty: PhantomData }
}

/// An argument that a scope is bound to.
pub const fn compared<T: Comparable>(mut param: Param<T>) -> Param<T> {
    param.def.compared = true;
    param
}

/// Stops compilation where a tool with `cache(shared)` takes what differs between callers.
///
/// # Panics
///
/// In that case, with `message`; it is called in constants only.
#[track_caller]
pub const fn assert_shareable(param: &ParamDef, message: &str) {
    assert!(!param.depends_on_caller, "{}", message);
}

/// Stops compilation where the key of an idempotent call is made of what is no argument.
///
/// # Panics
///
/// In that case, with `message`; it is called in constants only.
#[track_caller]
pub const fn assert_argument(param: &ParamDef, message: &str) {
    assert!(!matches!(param.kind, Kind::Extractor(_)), "{}", message);
}

/// Stops compilation where a tool with `idempotent(transaction)` has no way to its transaction.
///
/// # Panics
///
/// In that case; it is called in constants only.
#[track_caller]
pub const fn assert_transaction(params: &[ParamDef]) {
    let mut i = 0;
    while i < params.len() {
        if params[i].gives_context {
            return;
        }
        i += 1;
    }
    panic!(
        "`transaction` on a tool that takes no `Context`, where `Context::transaction` is\n\
         = help: take `context: Context` and write inside of `context.transaction(…)`, or remove \
         `transaction`"
    );
}

macro_rules! setters {
    ($($name:ident: $ty:ty,)*) => {
        $(#[doc(hidden)] #[must_use] pub const fn $name(mut self, $name: $ty) -> Self {
            self.def.$name = Some($name);
            self
        })*
    };
}

impl<T> Param<T> {
    setters! {
        description: &'static str,
        default: fn() -> JsonResult,
        example: fn() -> JsonResult,
        minimum: Bound,
        maximum: Bound,
        exclusive_minimum: Bound,
        exclusive_maximum: Bound,
        pattern: &'static str,
        format: &'static str,
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn length(mut self, min: u64, max: Option<u64>) -> Self {
        self.def.length = Some((min, max));
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn items(mut self, min: u64, max: Option<u64>) -> Self {
        self.def.items = Some((min, max));
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn header(mut self, name: &'static str) -> Self
    where
        T: Scalar,
    {
        self.def.header = Some(name);
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn audit_plain(mut self) -> Self {
        self.def.audit_plain = true;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.def.secret = true;
        self
    }

    #[doc(hidden)]
    pub const fn def(self) -> ParamDef {
        self.def
    }

    /// A value for a closure that says something by its type and is never called.
    #[doc(hidden)]
    pub fn never(self) -> &'static T {
        unreachable!("a closure that nobody calls")
    }

    #[doc(hidden)]
    pub fn take(&self, call: &mut ToolCall) -> Result<T, ToolError> {
        (self.take)(&self.def, call)
    }
}

fn take_all<T: DeserializeOwned>(def: &ParamDef, call: &mut ToolCall) -> Result<T, ToolError> {
    decode(Value::Object(call.arguments.take_all()), def)
}

/// What passed the schema and still does not fit the type gets a pointer, and never serde's words.
fn decode<T: DeserializeOwned>(value: Value, def: &ParamDef) -> Result<T, ToolError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let whole = matches!(def.kind, Kind::Flatten(_));
        let mut at = if whole { String::new() } else { pointer(def.name) };
        for segment in error.path() {
            use serde_path_to_error::Segment;
            match segment {
                // The keys of a map in it are what the caller sent.
                _ if def.secret => break,
                Segment::Seq { index } => at.push_str(&pointer(&index.to_string())),
                Segment::Map { key } => at.push_str(&pointer(key)),
                Segment::Enum { .. } | Segment::Unknown => {}
            }
        }
        invalid(&at, "does not have the form that the input schema describes")
            .developer(error.into_inner().to_string())
    })
}

fn invalid(pointer: &str, expected: &str) -> ToolError {
    let at = if pointer.is_empty() { "the arguments" } else { pointer };
    ToolError::new(Code::InvalidArguments, format!("the arguments are not valid: {at} {expected}"))
        .effect(crate::error::Effect::None)
        .details(json!({
            "violations": [{ "pointer": pointer, "rule": "type", "expected": expected }],
            "not_listed": 0,
        }))
        .next_action(crate::error::NextAction::Continue)
}

/// One segment of an RFC 6901 pointer.
pub(crate) fn pointer(segment: &str) -> String {
    format!("/{}", segment.replace('~', "~0").replace('/', "~1"))
}

/// serde's own rule for a missing field: `Option` is none, everything else is an error unless its
/// `Deserialize` says otherwise.
fn from_absent<T: DeserializeOwned>(name: &'static str) -> Result<T, serde::de::value::Error> {
    T::deserialize(Missing(name))
}

struct Missing(&'static str);

impl<'de> serde::Deserializer<'de> for Missing {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(serde::de::Error::missing_field(self.0))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_none()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

fn absent_is_a_value<T: DeserializeOwned>() -> bool {
    from_absent::<T>("").is_ok()
}
