//! What a tool may take of the SDK's request.

use crate::call::{Call, FromCall, FromPublicCall};
use crate::error::{Error, Unavailable};
use crate::supply::RmcpRequest;
use ::rmcp::service::RequestContext;
use ::rmcp::{Peer, RoleServer};

/// The request. A call that did not come through this SDK, such as one in this process, has none, and the tool does not run.
impl FromCall for RequestContext<RoleServer> {
    type Needs = RmcpRequest;

    fn from_call(call: &Call) -> Result<Self, Error> {
        request(call).cloned()
    }
}

impl FromPublicCall for RequestContext<RoleServer> {}

/// The client of the request, as for the whole of it.
impl FromCall for Peer<RoleServer> {
    type Needs = RmcpRequest;

    fn from_call(call: &Call) -> Result<Self, Error> {
        request(call).map(|request| request.peer.clone())
    }
}

impl FromPublicCall for Peer<RoleServer> {}

fn request(call: &Call) -> Result<&RequestContext<RoleServer>, Error> {
    let request = call.sdk_request.as_deref().and_then(|request| request.downcast_ref());
    request.ok_or_else(|| Unavailable::new("the call did not come through `rmcp`").into())
}
