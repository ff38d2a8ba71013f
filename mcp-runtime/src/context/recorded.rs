//! What a call leaves on record: its idempotency key, and its intent in the audit log.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::Context;
use crate::clock::Clock;
use crate::tool::ToolInfo;

/// How much of a digest makes a derived key: 128 bits, as many as a UUID has.
const DERIVED: usize = 16;

/// The idempotency key of a call.
#[derive(Clone, Debug)]
pub(crate) struct EffectKey {
    /// Names the key, its principal and its tool.
    pub(crate) digest: [u8; 32],
    /// How long the key is remembered.
    #[cfg_attr(not(feature = "sqlite"), allow(dead_code, reason = "a transaction's rows end"))]
    pub(crate) ttl: Duration,
    #[cfg_attr(not(feature = "sqlite"), allow(dead_code, reason = "a transaction's rows end"))]
    pub(crate) clock: Clock,
}

/// Shared by all contexts of a call.
#[derive(Default)]
pub(super) struct Recorded {
    key: OnceLock<EffectKey>,
    intent: AtomicBool,
    #[cfg(feature = "sqlite")]
    in_doubt: AtomicBool,
}

impl Context {
    /// A key for something that this call does elsewhere, such as a payment: 32 hexadecimal
    /// digits, the same for each call with the same idempotency key.
    ///
    /// Whatever goes wrong between a backend's effect and the record of it, the next call with the
    /// key sends the backend the same derived key, so that a backend that honours such keys carries
    /// it out once. `purpose` tells several effects of one call apart.
    ///
    /// The key is a digest of the caller's principal, the tool, the call's idempotency key and the
    /// purpose. Without an idempotency key it is one of the call's own id: attempts within the call
    /// share it, other calls don't.
    ///
    /// ```
    /// # use mcp_runtime::{tool, Context};
    /// # struct Bank;
    /// # impl Bank { async fn pay(&self, _: &str, _: u64) -> String { String::new() } }
    /// # const BANK: Bank = Bank;
    /// /// Pay an amount.
    /// #[tool]
    /// async fn pay(cents: u64, ctx: Context) -> String {
    ///     BANK.pay(&ctx.derive_key("payment"), cents).await
    /// }
    /// ```
    pub fn derive_key(&self, purpose: &str) -> String {
        let digest = Sha256::new();
        let digest = if let Some(key) = self.recorded().key.get() {
            digest.chain_update(b"mcp-runtime derived key v1\0").chain_update(key.digest)
        } else {
            let digest = digest.chain_update(b"mcp-runtime derived call v1\0");
            let digest = digest.chain_update(self.0.tool).chain_update(b"\0");
            digest.chain_update(self.call_id()).chain_update(b"\0")
        };
        let digest = digest.chain_update(purpose).finalize();
        crate::audit::hex(&digest[..DERIVED])
    }

    /// The key of this call, where it has one.
    #[cfg(feature = "sqlite")]
    pub(crate) fn effect_key(&self) -> Option<EffectKey> {
        self.recorded().key.get().cloned()
    }

    /// Says under which key the call runs, once, before its function does.
    pub(crate) fn set_effect_key(&self, key: EffectKey) {
        // One that is set stays: a call has one key.
        let _ = self.recorded().key.set(key);
    }

    /// Whether this call of `tool` may be made again without a second effect: a read, a tool that
    /// is idempotent by itself, or a call with a key.
    pub(crate) fn repeats(&self, tool: &ToolInfo) -> bool {
        let by_key = tool.policies.idempotency.is_some();
        tool.is_idempotent() && (!by_key || self.is_keyed())
    }

    /// Whether the call has an idempotency key.
    pub(crate) fn is_keyed(&self) -> bool {
        self.recorded().key.get().is_some()
    }

    /// Notes that nobody knows whether an earlier call under the key had the effect.
    #[cfg(feature = "sqlite")]
    pub(crate) fn doubt(&self) {
        self.recorded().in_doubt.store(true, Ordering::Relaxed);
    }

    /// Whether nobody does.
    #[cfg(feature = "sqlite")]
    pub(crate) fn is_in_doubt(&self) -> bool {
        self.recorded().in_doubt.load(Ordering::Relaxed)
    }

    /// Begins the transaction of this run of the function. False where it had one.
    #[cfg(feature = "sqlite")]
    pub(crate) fn begin_transaction(&self) -> bool {
        !self.0.transacted.swap(true, Ordering::AcqRel)
    }

    /// It failed, and left nothing.
    #[cfg(feature = "sqlite")]
    pub(crate) fn forget_transaction(&self) {
        self.0.transacted.store(false, Ordering::Release);
    }

    /// Notes that the audit log has the call's intent.
    pub(crate) fn intend(&self) {
        self.recorded().intent.store(true, Ordering::Relaxed);
    }

    /// Whether it does: the call's outcome then stands in the log too.
    pub(crate) fn is_intended(&self) -> bool {
        self.recorded().intent.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::Map;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::caller::Caller;
    use crate::context::tests::Seen;
    use crate::context::{ClientRequest, InProcess, Origin};
    use crate::policies::{Idempotency, Policies};
    use crate::policy::testing::tool;

    fn context(request: Box<dyn ClientRequest>) -> (Context, CancellationToken) {
        let cancellation = CancellationToken::new();
        let (caller, ended) = (Caller::new("anna"), cancellation.clone());
        let origin = Origin { request, caller, ending: cancellation.into() };
        (Context::new("t", Duration::from_secs(10), origin), ended)
    }

    fn key(digest: u8) -> EffectKey {
        EffectKey { digest: [digest; 32], ttl: Duration::from_secs(1), clock: Clock::system() }
    }

    #[test]
    fn a_derived_key_belongs_to_the_key_and_the_purpose() {
        let of = |digest, purpose| {
            let (context, _) = context(Box::new(InProcess::default()));
            context.set_effect_key(key(digest));
            context.derive_key(purpose)
        };
        assert_eq!(of(1, "mail"), of(1, "mail"), "whatever call it is");
        assert_ne!(of(1, "mail"), of(1, "payment"));
        assert_ne!(of(1, "mail"), of(2, "mail"));
        assert_eq!(of(1, "").len(), 32);
        assert!(of(1, "").bytes().all(|byte| byte.is_ascii_hexdigit()));
    }

    #[test]
    fn without_a_key_it_belongs_to_the_call_and_its_tool() {
        let (one, _) = context(Box::new(InProcess::default()));
        let (other, _) = context(Box::new(InProcess::default()));
        assert_eq!(one.derive_key("mail"), one.until(one.deadline()).derive_key("mail"));
        assert_ne!(one.derive_key("mail"), other.derive_key("mail"));
        let fallback = one.for_fallback("f", Duration::from_secs(1));
        assert_ne!(one.derive_key("mail"), fallback.derive_key("mail"));
    }

    #[test]
    fn what_is_on_record_is_the_calls_and_not_its_fallbacks() {
        let (context, _) = context(Box::new(InProcess::default()));
        let contexts = [
            context.until(context.deadline()),
            context.owned(),
            context.detached(Duration::from_secs(1)),
        ];
        let fallback = context.for_fallback("f", Duration::from_secs(1));
        assert!(!contexts[0].is_intended() && !contexts[0].is_keyed());
        context.intend();
        context.set_effect_key(key(1));
        assert!(contexts.iter().all(|of| of.is_intended() && of.is_keyed()));
        assert!(!fallback.is_intended() && !fallback.is_keyed());
    }

    #[test]
    fn a_write_is_repeated_by_itself_or_under_its_key() {
        let (context, _) = context(Box::new(InProcess::default()));
        let by_key = Policies { idempotency: Some(Idempotency::new()), ..Policies::NONE };
        let write = ToolInfo { read_only: false, ..tool() };
        let natural = ToolInfo { idempotent: true, ..write.clone() };
        let keyed = ToolInfo { policies: by_key, ..natural.clone() };
        let repeats = || [&tool(), &write, &natural, &keyed].map(|tool| context.repeats(tool));
        assert_eq!(repeats(), [true, false, true, false]);
        context.set_effect_key(key(1));
        assert_eq!(repeats(), [true, false, true, true]);
    }

    #[tokio::test(start_paused = true)]
    async fn owned_a_call_keeps_its_time_and_reports_while_somebody_listens() {
        let seen = Arc::default();
        let (context, ended) = context(Box::new(Seen(Map::new(), Arc::clone(&seen))));
        let owned = context.owned();
        assert_eq!(owned.deadline(), context.deadline());
        owned.progress(1.0, None, None).await;
        owned.until(owned.deadline()).progress(2.0, None, None).await;
        ended.cancel();
        assert!(context.is_cancelled() && !owned.is_cancelled());
        owned.progress(3.0, None, None).await;
        assert_eq!(*seen.lock().unwrap(), [1.0, 2.0], "nobody listens any more");
    }
}
