//! Who calls, in the words of the SDK.

use super::request;
use crate::caller::{Caller, PrincipalKind};
use crate::protected::Protected;
use ::pmcp::server::auth::{AuthContext, AuthProvider};
use async_trait::async_trait;
use std::collections::HashMap;

/// Tells the SDK what the layer found out.
///
/// 1. Whatever header the SDK hands over is passed over: the layer has read the token, and taken it away.
/// 2. A request that did not pass the layer is an error.
/// 3. The answer is never "no context": the SDK's own tool authorizer would then not be asked.
pub(super) struct Provider {
    protected: Protected,
    one_issuer: bool,
}

impl Provider {
    pub(super) fn new(protected: &Protected) -> Self {
        let authority = protected.gate().settings.authority.as_ref();
        let issuers = authority.map_or(0, |authority| authority.validator.issuers().len());
        Self {
            protected: protected.clone(),
            one_issuer: issuers <= 1,
        }
    }

    fn context(&self, caller: &Caller) -> AuthContext {
        let claims = caller.claims().iter();
        let mut claims: HashMap<_, _> = claims.map(|(name, value)| (name.clone(), value.clone())).collect();
        if let Some(tenant) = caller.tenant() {
            // The name that the SDK looks for first, whichever claim the tenant came from.
            claims.insert("tenant_id".to_owned(), tenant.into());
        }
        AuthContext {
            subject: self.owner(caller),
            scopes: caller.scopes().map(str::to_owned).collect(),
            claims,
            token: None,
            client_id: caller.client_id().map(str::to_owned),
            expires_at: Some(caller.expires_at().as_secs()),
            authenticated: true,
        }
    }

    /// The name by which the SDK keeps apart whose a task, a continuation or a stream is, so no two callers may share it.
    ///
    /// It is the subject where that alone is unique: a user, of the only issuer, without spaces. Otherwise it is
    /// `<issuer> <kind> <subject>`; the first two have no spaces.
    fn owner(&self, caller: &Caller) -> String {
        let (subject, kind) = (caller.subject(), caller.principal().kind());
        if self.one_issuer && kind == PrincipalKind::User && !subject.contains(' ') {
            return subject.to_owned();
        }
        format!("{} {} {subject}", caller.issuer(), kind.as_str())
    }
}

#[async_trait]
impl AuthProvider for Provider {
    async fn validate_request(&self, _: Option<&str>) -> ::pmcp::Result<Option<AuthContext>> {
        let Some(facts) = request::facts(&self.protected) else {
            return Err(::pmcp::Error::authentication("this server is served without its gate"));
        };
        let context = match &facts.caller {
            Some(caller) => self.context(caller),
            None => AuthContext {
                // With one space: the name of no caller.
                subject: "no caller".to_owned(),
                ..AuthContext::anonymous()
            },
        };
        Ok(Some(context))
    }
}
