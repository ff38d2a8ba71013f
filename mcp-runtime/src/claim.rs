//! The claim of a call on its key, while it is carried out.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::store::once::{Fence, OnceKey};

/// The claim of a call on its key: what its owner's steps say, and how far it has come.
#[derive(Debug)]
pub(crate) struct Claim {
    pub(crate) key: OnceKey,
    pub(crate) fence: Fence,
    /// The call that had the key before, which may have had its effect.
    earlier: Option<String>,
    /// Whether it may have is still open.
    doubt: AtomicBool,
    /// This one may have.
    started: AtomicBool,
}

impl Claim {
    pub(crate) fn new(key: OnceKey, fence: Fence, earlier: Option<String>) -> Self {
        let doubt = AtomicBool::new(earlier.is_some());
        Self { key, fence, earlier, doubt, started: AtomicBool::new(false) }
    }

    /// The call that was in doubt as this one came.
    pub(crate) fn earlier(&self) -> Option<&str> {
        self.earlier.as_deref()
    }

    pub(crate) fn is_doubtful(&self) -> bool {
        self.doubt.load(Ordering::Acquire)
    }

    /// The earlier call had no effect.
    pub(crate) fn clear(&self) {
        self.doubt.store(false, Ordering::Release);
    }

    pub(crate) fn is_started(&self) -> bool {
        self.started.load(Ordering::Acquire)
    }

    pub(crate) fn start(&self) {
        self.started.store(true, Ordering::Release);
    }
}
