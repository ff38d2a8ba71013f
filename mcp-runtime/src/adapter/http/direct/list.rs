//! The answer to `tools/list`, put together from texts that were made at start.

use std::sync::Arc;

use rmcp::model::{CacheScope, MetaObject, RequestId, ServerResult};
use serde_json::Value;

use crate::adapter::handler::SERVER_INFO;
use crate::adapter::listing::{Listing, listed};
use crate::caller::Caller;

/// What stands around an id.
const BEFORE_ID: &[u8] = br#"{"jsonrpc":"2.0","id":"#;
const AFTER_ID: &[u8] = br#","result":"#;
/// What ends a list, and the result that it is the last member of.
const END_OF_RESULT: &str = "]}";

/// Writes the lists of one server.
pub(super) struct Lists {
    listing: Arc<Listing>,
    /// A result up to its first tool, for everybody and for one caller alone.
    public: String,
    private: String,
    /// The tools, with a comma after each.
    tools: Vec<u8>,
    /// Where each of them ends.
    ends: Vec<usize>,
}

impl Lists {
    /// Nothing where the SDK doesn't write the tools last.
    pub(super) fn new(listing: &Arc<Listing>, server_info: &Value) -> Option<Self> {
        let (mut tools, mut ends) = (Vec::new(), Vec::new());
        for tool in listing.tools() {
            serde_json::to_writer(&mut tools, tool).ok()?;
            tools.push(b',');
            ends.push(tools.len());
        }
        Some(Self {
            listing: Arc::clone(listing),
            public: begin(CacheScope::Public, server_info)?,
            private: begin(CacheScope::Private, server_info)?,
            tools,
            ends,
        })
    }

    /// The answer to a caller, as the SDK would write it.
    pub(super) fn answer(&self, id: &RequestId, caller: &Caller) -> serde_json::Result<Vec<u8>> {
        let begin = match self.listing.cache_scope(caller) {
            CacheScope::Public => &self.public,
            _ => &self.private,
        };
        let mut text = Vec::new();
        text.extend_from_slice(BEFORE_ID);
        serde_json::to_writer(&mut text, id)?;
        text.reserve_exact(AFTER_ID.len() + begin.len() + self.tools.len() + END_OF_RESULT.len());
        text.extend_from_slice(AFTER_ID);
        text.extend_from_slice(begin.as_bytes());
        self.write_tools(caller, &mut text);
        text.extend_from_slice(END_OF_RESULT.as_bytes());
        text.push(b'}');
        Ok(text)
    }

    /// Writes the tools that a caller is shown.
    fn write_tools(&self, caller: &Caller, text: &mut Vec<u8>) {
        let before = text.len();
        if caller.is_unrestricted() {
            text.extend_from_slice(&self.tools);
        } else {
            for position in self.listing.visible(caller) {
                let begin = position.checked_sub(1).map_or(0, |before| self.ends[before]);
                text.extend_from_slice(&self.tools[begin..self.ends[position]]);
            }
        }
        // The last one's comma.
        text.truncate(before.max(text.len() - 1));
    }
}

/// A result up to its first tool.
fn begin(scope: CacheScope, server_info: &Value) -> Option<String> {
    let mut list = listed(Vec::new(), scope);
    let mut meta = MetaObject::default();
    meta.0.insert(SERVER_INFO.into(), server_info.clone());
    list.meta = Some(meta);
    let text = serde_json::to_string(&ServerResult::ListToolsResult(list)).ok()?;
    text.strip_suffix(END_OF_RESULT).map(str::to_owned)
}

#[cfg(test)]
mod tests;
