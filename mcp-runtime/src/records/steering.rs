//! A test's hand between a server and its records.

use std::sync::Arc;

use crate::audit::AuditPlace;
use crate::config::Settings;
use crate::store::journal::Journal;
use crate::store::steered::{Edge, Layout, steered};

type Places = (Arc<dyn Journal>, Option<Arc<dyn Journal>>);

/// Where keys are written, and the log where it has a place of its own, behind all that steers them.
///
/// # Errors
///
/// What steers refuses a place.
pub(super) fn around(
    settings: &Settings,
    store: Arc<dyn Journal>,
    log: Option<Arc<dyn Journal>>,
) -> Result<Places, String> {
    let (all, tear) = (&settings.hooks.steered, &settings.hooks.tear);
    let Some(log) = log else {
        let audited = settings.audit.place != AuditPlace::Off;
        let store =
            if audited { steered(all, Edge::Audit, Layout::Whole, tear, store)? } else { store };
        return Ok((steered(all, Edge::Store, Layout::Whole, tear, store)?, None));
    };
    let is_file = matches!(settings.audit.place, AuditPlace::File(_));
    let layout = if is_file { Layout::Lines } else { Layout::Apart };
    let log = steered(all, Edge::Audit, layout, tear, log)?;
    let store = steered(all, Edge::Store, Layout::Apart, tear, store)?;
    Ok((store, Some(log)))
}
