//! A journal that nobody has opened.

use crate::store::journal::{Entry, Journal, Written};
use crate::store::{Step, StoreError};

/// Takes nothing: what depends on it is refused.
pub(crate) struct Unopened;

impl Journal for Unopened {
    fn write(&self, _: Entry) -> Step<Written> {
        Step::Done(Some(Err(StoreError("this server has opened no store".to_owned()))))
    }

    fn newest(&self, _: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        Ok(Vec::new())
    }
}
