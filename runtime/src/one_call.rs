//! That something was done for one call of one tool.

use crate::toolset::Tool;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long a call may take from the transport to the gate. A fact that is older is none.
const MAX_AGE: Duration = Duration::from_secs(10);

/// What a fact that a transport found out is about: one call of one tool, of one toolset behind one gate, since every toolset has tools
/// of its own. Whoever keeps the request it came with and presents it again has none, and so has whoever keeps it for later.
#[derive(Clone, Debug)]
pub(crate) struct OneCall {
    tool: Arc<Tool>,
    /// On the monotonic clock.
    since: Duration,
    /// Shared by the clones.
    is_used: Arc<AtomicBool>,
}

impl OneCall {
    pub(crate) fn of(tool: &Arc<Tool>, since: Duration) -> Self {
        Self {
            tool: Arc::clone(tool),
            since,
            is_used: Arc::default(),
        }
    }

    /// Whether it is about this tool, is recent, and this is the first call. From then on it is used up.
    pub(crate) fn admits(&self, tool: &Tool, now: Duration) -> bool {
        let is_recent = now.saturating_sub(self.since) <= MAX_AGE;
        std::ptr::eq(Arc::as_ptr(&self.tool), tool) && is_recent && !self.is_used.swap(true, Ordering::Relaxed)
    }
}
