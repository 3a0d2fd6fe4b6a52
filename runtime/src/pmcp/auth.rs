//! Who calls, in the words of the SDK.

use super::request;
use super::tools::Callers;
use crate::caller::{Caller, PrincipalKind};
use crate::protected::Protected;
use ::pmcp::server::auth::{AuthContext, AuthProvider};
use async_trait::async_trait;
use std::collections::HashMap;

/// Tells the SDK what the layer found out.
///
/// 1. Whatever header the SDK hands over is passed over: the layer has read the token, and taken it away.
/// 2. A request that did not pass the layer is an error, but for the one caller of a server over stdio.
/// 3. The answer is never "no context": the SDK's own tool authorizer would then not be asked.
pub(super) struct Provider {
    protected: Protected,
    callers: Callers,
    one_issuer: bool,
}

impl Provider {
    pub(super) fn new(protected: &Protected, callers: Callers) -> Self {
        let authority = protected.gate().settings.authority.as_ref();
        let issuers = authority.map_or(0, |authority| authority.validator.issuers().len());
        Self {
            protected: protected.clone(),
            callers,
            one_issuer: issuers <= 1,
        }
    }

    /// What the SDK, and a tool that was written for it, is told about who calls.
    pub(super) fn told(&self, caller: Option<&Caller>) -> AuthContext {
        match caller {
            Some(caller) => self.context(caller),
            None => AuthContext {
                // With one space: the name of no caller.
                subject: "no caller".to_owned(),
                ..AuthContext::anonymous()
            },
        }
    }

    fn context(&self, caller: &Caller) -> AuthContext {
        let mut claims: HashMap<_, _> = caller.claims().into_iter().collect();
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
        let facts = match self.callers {
            Callers::Requests => request::facts(&self.protected),
            Callers::Environment => Some(self.protected.local_facts(None, None).await),
        };
        let Some(facts) = facts else {
            return Err(::pmcp::Error::authentication("this server is served without its gate"));
        };
        Ok(Some(self.told(facts.caller.as_ref())))
    }
}

#[cfg(test)]
mod tests {
    use super::Provider;
    use crate::caller::{Caller, PrincipalKind};
    use crate::claims::ClaimSet;
    use crate::{Gate, Toolset};
    use ::pmcp::server::auth::AuthProvider as _;
    use serde_json::json;
    use std::collections::HashSet;

    fn provider(one_issuer: bool) -> Provider {
        let protected = Gate::public_only().unwrap().protect(Toolset::new(())).unwrap();
        Provider {
            one_issuer,
            ..Provider::new(&protected, super::Callers::Requests)
        }
    }

    fn caller(issuer: &str, subject: &str, kind: PrincipalKind) -> Caller {
        Caller::new(ClaimSet::of(issuer.into(), subject, kind))
    }

    #[test]
    fn no_two_callers_share_a_name() {
        use PrincipalKind::{Client, User};
        let one = [
            caller("https://a", "alice", User),
            caller("https://a", "alice", Client),
            caller("https://a", "https://a client alice", User),
            caller("https://a", "no caller", User),
        ];
        let several = [
            caller("https://a", "alice", User),
            caller("https://b", "alice", User),
            caller("https://b", "alice", Client),
            caller("https://b", "https://a user alice", User),
        ];
        for (callers, one_issuer) in [(&one, true), (&several, false)] {
            let provider = provider(one_issuer);
            let names = callers.iter().map(|caller| provider.context(caller).subject);
            let names: HashSet<_> = names.chain(["no caller".to_owned()]).collect();
            assert_eq!(names.len(), 5, "{names:?}");
            assert_eq!(names.contains("alice"), one_issuer);
        }
    }

    #[test]
    fn the_sdk_is_told_what_the_gate_knows() {
        let mut claims = ClaimSet::of("https://a".into(), "alice", PrincipalKind::User);
        claims.tenant = Some("acme".into());
        claims.raw = json!({"tenant_id": "another claim"}).to_string().into();
        let context = provider(true).context(&Caller::new(claims));
        assert_eq!((context.tenant_id(), context.token.as_deref()), (Some("acme"), None));
        assert!(context.authenticated);
    }

    #[tokio::test]
    async fn outside_of_a_request_there_is_an_error_whatever_the_header() {
        for header in [None, Some("Bearer abc")] {
            assert!(provider(true).validate_request(header).await.is_err());
        }
    }
}
