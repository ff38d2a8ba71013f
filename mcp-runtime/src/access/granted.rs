//! [`Granted`]: the constraints of the caller's grants, for the function's own query.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::Rows;
use crate::call::ToolCall;
use crate::error::{Code, Effect, ToolError};
use crate::extract::FromCall;

/// What the caller was granted of a tool's rows, as a parameter of the tool.
///
/// A scope that names a field without an argument, `read:invoices.where(customer_id)`, leaves it to
/// the function to keep the constraint: it takes `Granted<T>` and filters by it. `T` has the
/// fields of the scope; each is read from the text of the grant, so that
/// `read:invoices.where(customer_id=17)` becomes `Mine { customer_id: 17 }`. A field that a grant
/// leaves open is missing: make it an `Option` if grants may do that.
///
/// ```
/// # use mcp_runtime::{tool, Granted};
/// #[derive(serde::Deserialize)]
/// struct Mine {
///     customer_id: u64,
/// }
///
/// /// List invoices.
/// #[tool(scope = "read:invoices.where(customer_id)")]
/// async fn list_invoices(granted: Granted<Mine>) -> Vec<u64> {
///     match granted.rows() {
///         None => vec![17, 18],
///         Some(mine) => mine.iter().map(|mine| mine.customer_id).collect(),
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Granted<T>(Option<Vec<T>>);

impl<T> Granted<T> {
    /// `None` where the caller may see every row, else the constraints of each grant: a row is the
    /// caller's if it fits one of them. Never empty.
    pub fn rows(&self) -> Option<&[T]> {
        self.0.as_deref()
    }

    /// Whether a row is the caller's: every row without constraints, else one that `fits`.
    pub fn allows(&self, fits: impl FnMut(&T) -> bool) -> bool {
        self.0.as_ref().is_none_or(|rows| rows.iter().any(fits))
    }
}

impl<T: DeserializeOwned> FromCall for Granted<T> {
    const IS_THE_CALLERS: bool = true;
    const KEEPS_GRANTS: bool = true;
    const GIVES_CONTEXT: bool = false;
    const MAY_BE_RAW: bool = false;

    fn from_call(call: &ToolCall) -> Result<Self, ToolError> {
        let Some(Rows(rows)) = call.extensions.get::<Rows>() else {
            return Err(ToolError::fault("`Granted` on a tool whose scope has no `.where(…)`"));
        };
        let Some(rows) = rows else { return Ok(Self(None)) };
        // A grant that the tool can't read allows nothing.
        let open = |field: &str| call.tool.gate.leaves_open(field);
        let read: Vec<T> = rows.iter().filter_map(|row| typed(row, open)).collect();
        if read.is_empty() {
            let message = "the caller's grants have values that this tool can't read";
            let error = ToolError::new(Code::InsufficientScope, message);
            return Err(error.effect(Effect::None));
        }
        Ok(Self(Some(read)))
    }
}

/// Constraints as the function wants them. The text of each is what the type decides it to be.
///
/// Nothing where the type has no place for a constraint that is left to the function, which
/// couldn't keep it then.
pub(super) fn typed<T: DeserializeOwned>(
    row: &BTreeMap<String, String>,
    left_to_function: impl Fn(&str) -> bool,
) -> Option<T> {
    let fields = row.iter().map(|(field, text)| {
        let needed = left_to_function(field);
        (field.clone(), Text { text: text.clone(), needed })
    });
    T::deserialize(serde::de::value::MapDeserializer::new(fields)).ok()
}

/// A text that becomes a number or a truth value where the type asks for one.
struct Text {
    text: String,
    /// It must not be left out.
    needed: bool,
}

macro_rules! parsed {
    ($($method:ident $visit:ident $ty:ty;)*) => {
        $(fn $method<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            let parsed: $ty = self.text.parse().map_err(serde::de::Error::custom)?;
            visitor.$visit(parsed)
        })*
    };
}

impl<'de> serde::Deserializer<'de> for Text {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: serde::de::Visitor<'de>>(
        self,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_string(self.text)
    }

    fn deserialize_option<V: serde::de::Visitor<'de>>(
        self,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: serde::de::Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: serde::de::Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        use serde::de::value::StringDeserializer;
        StringDeserializer::new(self.text).deserialize_enum(name, variants, visitor)
    }

    parsed! {
        deserialize_bool visit_bool bool;
        deserialize_i8 visit_i8 i8;
        deserialize_i16 visit_i16 i16;
        deserialize_i32 visit_i32 i32;
        deserialize_i64 visit_i64 i64;
        deserialize_u8 visit_u8 u8;
        deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32;
        deserialize_u64 visit_u64 u64;
    }

    serde::forward_to_deserialize_any! {
        i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct
        map struct identifier
    }

    fn deserialize_ignored_any<V: serde::de::Visitor<'de>>(
        self,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        if self.needed {
            return Err(serde::de::Error::custom("a constraint has no place in the type"));
        }
        visitor.visit_unit()
    }
}

impl serde::de::IntoDeserializer<'_> for Text {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
