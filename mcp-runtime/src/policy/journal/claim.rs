//! The claim of a call on its key, while it is carried out.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::store::once::{Fence, OnceKey, OnceOp};

/// The claim of a call on its key. It travels in the call's extensions.
#[derive(Debug)]
pub(super) struct Claim {
    pub(super) key: OnceKey,
    pub(super) fence: Fence,
    /// An earlier call may have had its effect.
    doubt: AtomicBool,
    /// This one may have.
    started: AtomicBool,
}

/// What becomes of a key whose new owner did nothing: free, or as doubtful as before.
pub(super) fn given_back(fence: Fence, doubt: bool) -> OnceOp {
    if doubt { OnceOp::Doubt { fence } } else { OnceOp::Release { fence } }
}

impl Claim {
    pub(super) fn new(key: OnceKey, fence: Fence, doubt: bool) -> Self {
        Self { key, fence, doubt: AtomicBool::new(doubt), started: AtomicBool::new(false) }
    }

    pub(super) fn is_doubtful(&self) -> bool {
        self.doubt.load(Ordering::Acquire)
    }

    /// The earlier call had no effect.
    pub(super) fn clear(&self) {
        self.doubt.store(false, Ordering::Release);
    }

    pub(super) fn is_started(&self) -> bool {
        self.started.load(Ordering::Acquire)
    }

    pub(super) fn start(&self) {
        self.started.store(true, Ordering::Release);
    }
}
