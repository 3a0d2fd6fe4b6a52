//! Bytes that are of one caller alone, for what is handed out and comes back.

use crate::caller::Caller;

impl Caller {
    /// Bytes that nobody else's are, for what a server hands out and gets back from whoever has it: the `requestState` of a round, a
    /// handle, a link. Give them to what seals it, as associated data, and again to what opens it (MCP-66, MCP-67): then it opens for
    /// this caller only, and for this purpose.
    ///
    /// They are made of the issuer, the subject, whether that is a user or a client, the client that the token was issued to, the
    /// tenant, and `purpose`: say what is asked for, as in the name of the tool and its arguments. They are no secret and prove
    /// nothing by themselves.
    ///
    /// With the codec of the SDK `rmcp`, for a tool that is written for it:
    ///
    #[cfg_attr(feature = "rmcp", doc = "```")]
    #[cfg_attr(not(feature = "rmcp"), doc = "```ignore")]
    /// use rmcp::model::{RequestStateCodec, SealOptions};
    /// use std::time::Duration;
    /// use toolgate::Caller;
    ///
    /// fn seal(codec: &RequestStateCodec, caller: &Caller, step: &str) -> String {
    ///     let owner = caller.binding(&["move_note"]);
    ///     let options = SealOptions::new().associated_data(&owner).ttl(Duration::from_mins(10));
    ///     codec.seal_with(step.as_bytes(), &options)
    /// }
    ///
    /// fn open(codec: &RequestStateCodec, caller: &Caller, state: &str) -> Option<Vec<u8>> {
    ///     codec.open_with(state, &caller.binding(&["move_note"])).ok()
    /// }
    /// ```
    #[must_use]
    pub fn binding(&self, purpose: &[&str]) -> Vec<u8> {
        let mut bytes = b"toolgate binding 1".to_vec();
        for part in purpose {
            add(&mut bytes, Some(part));
        }
        add_owner(&mut bytes, Some(self));
        bytes
    }
}

/// Adds a part with its length before it, so that no two lists of parts are the same bytes.
pub(crate) fn add(bytes: &mut Vec<u8>, part: Option<&str>) {
    match part {
        Some(text) => {
            bytes.push(1);
            bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
        None => bytes.push(0),
    }
}

/// Adds whose it is. What is nobody's, no caller has.
pub(crate) fn add_owner(bytes: &mut Vec<u8>, owner: Option<&Caller>) {
    add(bytes, owner.map(Caller::issuer));
    add(bytes, owner.map(Caller::subject));
    add(bytes, owner.map(|owner| owner.principal().kind().as_str()));
    add(bytes, owner.and_then(Caller::client_id));
    add(bytes, owner.and_then(Caller::tenant));
}

#[cfg(test)]
mod tests {
    use crate::caller::{Caller, PrincipalKind};
    use crate::claims::ClaimSet;
    use std::collections::HashSet;

    fn caller(issuer: &str, subject: &str, kind: PrincipalKind, rest: [Option<&str>; 2]) -> Caller {
        let mut claims = ClaimSet::of(issuer.into(), subject, kind);
        let [client_id, tenant] = rest;
        claims.client_id = client_id.map(Into::into);
        claims.tenant = tenant.map(Into::into);
        Caller::new(claims)
    }

    #[test]
    fn mcp_66_no_two_callers_and_no_two_purposes_share_a_binding() {
        use PrincipalKind::{Client, User};
        let callers = [
            caller("i", "ab", User, [None, None]),
            caller("ia", "b", User, [None, None]),
            caller("i", "ab", Client, [None, None]),
            caller("i", "ab", User, [Some("c"), None]),
            caller("i", "ab", User, [None, Some("c")]),
            caller("i", "ab", User, [Some("c"), Some("")]),
            caller("i", "a", User, [Some("b"), None]),
        ];
        let purposes: [&[&str]; 5] = [&[], &["ab"], &["a", "b"], &["", "ab"], &["i", "ab"]];
        let all = callers
            .iter()
            .flat_map(|caller| purposes.map(|purpose| caller.binding(purpose)));
        let different: HashSet<_> = all.collect();
        assert_eq!(different.len(), callers.len() * purposes.len());
        assert_eq!(callers[0].binding(&["a"]), callers[0].clone().binding(&["a"]));
    }
}
