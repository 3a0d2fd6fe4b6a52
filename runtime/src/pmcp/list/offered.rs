//! The tools that the SDK offers, as they stand in its answers.

use crate::protected::Protected;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// A list of tools as the SDK writes it for everyone, taken apart.
pub(super) struct Offered {
    text: Box<str>,
    /// The tools of the toolset, each at its place there.
    tools: Vec<Option<Box<RawValue>>>,
}

impl Offered {
    /// Takes a list apart. What is not of the toolset is left out, and so is what has no name.
    pub(super) fn read(list: &RawValue, protected: &Protected) -> Option<Self> {
        let offered: Vec<&RawValue> = serde_json::from_str(list.get()).ok()?;
        let mut tools = vec![None; protected.tools().len()];
        for tool in offered {
            let place = Named::of(tool).and_then(|named| protected.place(&named.name));
            if let Some(place) = place.and_then(|place| tools.get_mut(place)) {
                *place = Some(tool.to_owned());
            }
        }
        let text = list.get().into();
        Some(Self { text, tools })
    }

    /// What the SDK wrote about the tool at this place of the toolset.
    pub(super) fn tool(&self, place: usize) -> Option<&RawValue> {
        self.tools.get(place)?.as_deref()
    }

    /// A message with `null` where this list is in it, if it is.
    pub(super) fn left_out_of(&self, message: &str) -> Option<String> {
        let (before, list) = message.split_once(KEY)?;
        let after = list.strip_prefix(&*self.text)?;
        Some([before, KEY, LEFT_OUT, after].concat())
    }
}

/// How the SDK writes the name of the list.
const KEY: &str = "\"tools\":";

/// What stands in place of a list that was read before.
pub(super) const LEFT_OUT: &str = "null";

/// What has to be read of a tool.
#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

impl<'a> Named<'a> {
    fn of(tool: &'a RawValue) -> Option<Self> {
        serde_json::from_str(tool.get()).ok()
    }
}

/// What the SDK offered last. It writes the same list each time, and to read it takes longer than to decide about its tools.
#[derive(Clone, Default)]
pub(in crate::pmcp) struct LastOffered(Arc<Mutex<Option<Arc<Offered>>>>);

impl LastOffered {
    pub(super) fn recall(&self) -> Option<Arc<Offered>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn remember(&self, offered: Offered) -> Arc<Offered> {
        let offered = Arc::new(offered);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&offered));
        offered
    }
}

impl fmt::Debug for LastOffered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LastOffered").finish_non_exhaustive()
    }
}
