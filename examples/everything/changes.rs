//! What changes while somebody listens.

use rmcp::service::SubscriptionContext;
use tokio::sync::broadcast::{self, Sender, error::RecvError};

/// A list that has changed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    Tools,
    Prompts,
}

/// Who is to be told of changes. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Changes(Sender<Change>);

impl Default for Changes {
    fn default() -> Self {
        Self(broadcast::channel(16).0)
    }
}

impl Changes {
    /// Tells all who listen. If nobody does, nobody is told.
    pub(crate) fn tell(&self, change: Change) {
        let _ = self.0.send(change);
    }

    /// Passes on what this subscription asked for, until it ends.
    pub(crate) async fn pass_on(&self, subscription: &SubscriptionContext) {
        let mut changes = self.0.subscribe();
        let sink = subscription.sink();
        loop {
            let change = tokio::select! {
                () = subscription.cancelled() => return,
                change = changes.recv() => change,
            };
            // What was not asked for is not sent, which is an error here.
            let _ = match change {
                Ok(Change::Tools) => sink.notify_tool_list_changed().await,
                Ok(Change::Prompts) => sink.notify_prompt_list_changed().await,
                Err(RecvError::Lagged(_)) => Ok(()),
                Err(RecvError::Closed) => return,
            };
        }
    }
}
