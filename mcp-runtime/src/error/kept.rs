//! An error as it is kept, to be answered with again: its public part.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{Code, Effect, NextAction, ToolError};

/// What is stated is kept, and what would be implied is not: it is implied again.
#[derive(Serialize, Deserialize)]
pub(crate) struct KeptError<'a> {
    code: Cow<'a, str>,
    message: Cow<'a, str>,
    retryable: bool,
    retry_after: Option<Duration>,
    effect: Option<Effect>,
    next_action: Option<NextAction>,
    fallback_tool: Option<Cow<'a, str>>,
    #[serde(default, deserialize_with = "stated", skip_serializing_if = "Option::is_none")]
    partial_data: Option<Cow<'a, Value>>,
    #[serde(default, deserialize_with = "stated", skip_serializing_if = "Option::is_none")]
    details: Option<Cow<'a, Value>>,
    correlation_id: Option<Cow<'a, str>>,
}

/// A value that is there, be it null.
fn stated<'de, 'a, D: Deserializer<'de>>(from: D) -> Result<Option<Cow<'a, Value>>, D::Error> {
    Value::deserialize(from).map(|value| Some(Cow::Owned(value)))
}

impl ToolError {
    /// The form in which it is kept.
    pub(crate) fn kept(&self) -> KeptError<'_> {
        let fields = &*self.0;
        KeptError {
            code: fields.code.as_str().into(),
            message: fields.message.as_ref().into(),
            retryable: fields.retryable,
            retry_after: fields.retry_after,
            effect: fields.effect,
            next_action: fields.next_action,
            fallback_tool: fields.fallback_tool.as_deref().map(Cow::Borrowed),
            partial_data: fields.partial_data.as_ref().map(Cow::Borrowed),
            details: fields.details.as_ref().map(Cow::Borrowed),
            correlation_id: fields.correlation_id.as_deref().map(Cow::Borrowed),
        }
    }
}

impl From<KeptError<'_>> for ToolError {
    fn from(kept: KeptError<'_>) -> Self {
        let mut error = Self::new(Code::from(kept.code.into_owned()), kept.message.into_owned());
        let fields = &mut *error.0;
        fields.retryable = kept.retryable;
        fields.retry_after = kept.retry_after;
        fields.effect = kept.effect;
        fields.next_action = kept.next_action;
        fields.fallback_tool = kept.fallback_tool.map(|name| name.into_owned().into());
        fields.partial_data = kept.partial_data.map(Cow::into_owned);
        fields.details = kept.details.map(Cow::into_owned);
        fields.correlation_id = kept.correlation_id.map(Cow::into_owned);
        error
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::{collection, option};

    use super::*;
    use crate::canonical::testing::values;

    fn errors() -> impl Strategy<Value = ToolError> {
        let effects = [Effect::None, Effect::Applied, Effect::Unknown];
        let actions = [NextAction::Retry, NextAction::Escalate, NextAction::Stop];
        let code = prop_oneof!["[a-z_]{1,9}", Just("timeout".to_owned())];
        (
            (code, ".{0,9}", any::<bool>(), option::of(any::<(u32, u32)>())),
            option::of(prop::sample::select(effects.to_vec())),
            option::of(prop::sample::select(actions.to_vec())),
            (option::of("[a-z]{1,5}"), option::of("[a-z]{1,5}")),
            collection::vec(values(), 0..3),
        )
            .prop_map(|(basic, effect, action, (fallback, correlation), mut values)| {
                let (code, message, retryable, pause) = basic;
                let mut error = ToolError::new(code, message);
                let fields = &mut *error.0;
                fields.retryable = retryable;
                fields.retry_after = pause.map(|(secs, nanos)| Duration::new(secs.into(), nanos));
                (fields.effect, fields.next_action) = (effect, action);
                fields.fallback_tool = fallback.map(Cow::Owned);
                fields.correlation_id = correlation;
                (fields.partial_data, fields.details) = (values.pop(), values.pop());
                error
            })
    }

    proptest! {
        #[test]
        fn the_public_part_of_a_kept_error_is_the_same(error in errors()) {
            let text = serde_json::to_vec(&error.kept()).unwrap();
            let again: ToolError = serde_json::from_slice::<KeptError<'_>>(&text).unwrap().into();
            prop_assert_eq!(again.to_json(), error.to_json());
            prop_assert_eq!(again.code(), error.code());
            prop_assert_eq!(again.stated_effect(), error.stated_effect());
            prop_assert_eq!(again.stated_retry_after(), error.stated_retry_after());
        }
    }

    #[test]
    fn what_is_for_the_log_is_not_kept() {
        let error = ToolError::internal("the bank said no").effect(Effect::Applied);
        let text = serde_json::to_string(&error.kept()).unwrap();
        assert!(!text.contains("the bank said no"), "{text}");
    }

    #[test]
    fn a_value_of_null_is_not_an_absent_one() {
        let error = ToolError::new("x_y", "no").partial_data(Value::Null);
        let text = serde_json::to_vec(&error.kept()).unwrap();
        let again: ToolError = serde_json::from_slice::<KeptError<'_>>(&text).unwrap().into();
        assert_eq!(again.to_json(), error.to_json());
    }
}
