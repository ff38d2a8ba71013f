//! [`Held`]: a call's arguments, its own or shared with what may make the call again.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use serde_json::Value;

use super::Arguments;

/// A call's arguments. Shared ones are copied where they are changed, and not before: an attempt
/// that succeeds has cost one copy of what the function took, and none of the rest.
#[derive(Clone, Debug)]
pub(crate) enum Held {
    Own(Arguments),
    Shared(Arc<Arguments>),
}

impl Held {
    /// Lets clones share them from here.
    pub(crate) fn share(&mut self) {
        if let Self::Own(arguments) = self {
            *self = Self::Shared(Arc::new(std::mem::take(arguments)));
        }
    }

    /// Has them back for itself, where no clone is left that shares them.
    pub(crate) fn own(&mut self) {
        if let Self::Shared(arguments) = self
            && let Some(arguments) = Arc::get_mut(arguments)
        {
            *self = Self::Own(std::mem::take(arguments));
        }
    }

    /// Takes one for the function. Of shared ones it leaves what it gives a copy of: whoever else
    /// holds them takes it too.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        match self {
            Self::Own(arguments) => arguments.remove(name),
            Self::Shared(arguments) => arguments.get(name).cloned(),
        }
    }

    /// Takes all of them for the function.
    pub(crate) fn take_all(&mut self) -> Arguments {
        match std::mem::replace(self, Self::Own(Arguments::new())) {
            Self::Own(arguments) => arguments,
            Self::Shared(arguments) => Arc::unwrap_or_clone(arguments),
        }
    }
}

impl From<Arguments> for Held {
    fn from(arguments: Arguments) -> Self {
        Self::Own(arguments)
    }
}

impl Deref for Held {
    type Target = Arguments;

    fn deref(&self) -> &Arguments {
        match self {
            Self::Own(arguments) => arguments,
            Self::Shared(arguments) => arguments,
        }
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut Arguments {
        match self {
            Self::Own(arguments) => arguments,
            Self::Shared(arguments) => Arc::make_mut(arguments),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn held() -> Held {
        let mut held = Held::from(Arguments::from_iter([("a".to_owned(), json!([1]))]));
        held.share();
        held
    }

    #[test]
    fn what_one_attempt_takes_or_changes_the_next_one_has() {
        let kept = held();
        let mut first = kept.clone();
        assert_eq!(first.take("a"), Some(json!([1])));
        assert_eq!(first.take("b"), None);
        first.insert("a".to_owned(), json!(2));
        assert_eq!(first.take_all()["a"], json!(2));
        assert!(first.is_empty());
        assert_eq!(kept.clone().take_all(), *kept);
        assert_eq!(kept["a"], json!([1]));
    }

    #[test]
    fn the_last_one_takes_them_as_they_are() {
        let mut last = held();
        last.own();
        let place = last["a"].as_array().unwrap().as_ptr();
        let taken = last.take("a").unwrap();
        assert_eq!(taken.as_array().unwrap().as_ptr(), place, "it is no copy");
        assert!(last.is_empty());
    }
}
