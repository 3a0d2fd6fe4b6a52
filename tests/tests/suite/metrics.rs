//! What is counted on the way of a request.

use crate::server::{Running, Sdk};
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use serde_json::json;
use std::collections::BTreeMap;
use toolgate::audit::{AuditError, AuditSink, Record};
use toolgate::validator::TokenError;
use toolgate::{NoArguments, ToolError, Toolset, mcp_tool};

/// Works.
#[mcp_tool(authenticated)]
async fn work(_: NoArguments) -> Result<&'static str, ToolError> {
    Ok("done")
}

/// Fails.
#[mcp_tool(authenticated)]
async fn fail(_: NoArguments) -> Result<&'static str, ToolError> {
    Err(ToolError::public("no"))
}

/// May be called once.
#[mcp_tool(authenticated, rate_limit = "1/h")]
async fn once(_: NoArguments) -> Result<&'static str, ToolError> {
    Ok("done")
}

/// Is for administrators.
#[mcp_tool(scopes_all = ["admin"])]
async fn admin(_: NoArguments) -> Result<&'static str, ToolError> {
    Ok("done")
}

struct Full;

impl AuditSink for Full {
    fn record(&self, _: &Record<'_>) -> Result<(), AuditError> {
        Err(std::io::Error::other("disk full").into())
    }
}

/// Everything that was counted, by name and labels, and how many values each histogram has.
pub(crate) fn counted(recorder: &DebuggingRecorder) -> BTreeMap<String, u64> {
    let all = recorder.snapshotter().snapshot().into_vec();
    let lines = all.into_iter().map(|(key, _, _, value)| {
        let key = key.key();
        let labels: Vec<_> = key
            .labels()
            .map(|label| format!("{}={}", label.key(), label.value()))
            .collect();
        let count = match value {
            DebugValue::Counter(count) => count,
            DebugValue::Histogram(values) => values.len() as u64,
            DebugValue::Gauge(_) => 0,
        };
        (
            format!("{} {}", key.name(), labels.join(" ")).trim_end().to_owned(),
            count,
        )
    });
    lines.collect()
}

/// All of it: nothing that a client made up is among the labels.
#[tokio::test]
async fn a_request_counts_where_the_table_says_and_nowhere_else() {
    for sdk in Sdk::EACH {
        let recorder = DebuggingRecorder::new();
        let guard = metrics::set_default_local_recorder(&recorder);
        let tools = Toolset::new(())
            .tool(WorkTool)
            .tool(FailTool)
            .tool(AdminTool)
            .tool(OnceTool);
        let server = Running::start_with(sdk, tools, |gate| gate.audit(Full)).await;
        let client = server.client().bearer(server.token("alice").mint());
        for tool in ["work", "work", "fail", "admin", "once", "once", "made_up"] {
            client.call(tool, json!({})).await.unwrap();
        }
        let expired = server.client().bearer(server.token("alice").expired().mint());
        expired.call("work", json!({})).await.unwrap();
        server.client().call("work", json!({})).await.unwrap();
        server.records.wait_for("work", 5).await;
        server.records.wait_for("fail", 2).await;
        drop(guard);
        let expected = [
            ("toolgate_audit_records_lost_total", 13),
            ("toolgate_call_duration_seconds tool=fail", 1),
            ("toolgate_call_duration_seconds tool=once", 1),
            ("toolgate_call_duration_seconds tool=work", 2),
            (
                "toolgate_decisions_total tool=admin decision=deny reason=insufficient_scope",
                1,
            ),
            ("toolgate_decisions_total tool=fail decision=allow reason=none", 1),
            ("toolgate_decisions_total tool=once decision=allow reason=none", 1),
            (
                "toolgate_decisions_total tool=once decision=deny reason=rate_limited",
                1,
            ),
            ("toolgate_decisions_total tool=work decision=allow reason=none", 2),
            (
                "toolgate_decisions_total tool=work decision=deny reason=unauthenticated",
                1,
            ),
            ("toolgate_outcomes_total tool=fail outcome=tool_error", 1),
            ("toolgate_outcomes_total tool=once outcome=ok", 1),
            ("toolgate_outcomes_total tool=work outcome=ok", 2),
            ("toolgate_rates_total tool=once result=allowed by=instance", 1),
            ("toolgate_rates_total tool=once result=limited by=instance", 1),
            ("toolgate_refusals_total reason=insufficient_scope", 1),
            ("toolgate_refusals_total reason=invalid_token", 1),
            ("toolgate_refusals_total reason=rate_limited", 1),
            ("toolgate_refusals_total reason=unauthenticated", 1),
            ("toolgate_refusals_total reason=unknown_tool", 1),
            ("toolgate_token_validations_total result=expired", 1),
            ("toolgate_token_validations_total result=ok", 7),
        ];
        let expected = expected
            .into_iter()
            .map(|(line, count)| (line.to_owned(), count))
            .collect();
        let mut counted = counted(&recorder);
        counted.retain(|line, _| {
            let request_path = [
                "validations",
                "decisions",
                "outcomes",
                "call_duration",
                "rates",
                "refusals",
                "records",
            ];
            request_path.iter().any(|name| line.contains(name))
        });
        assert_eq!(counted, expected, "{sdk:?}");
    }
}

#[test]
fn reasons_of_bad_tokens_are_names_that_stay() {
    let reasons = [
        (TokenError::Malformed, "malformed"),
        (TokenError::Header("x"), "invalid_header"),
        (TokenError::Algorithm, "algorithm_not_accepted"),
        (TokenError::UnknownKey, "unknown_key"),
        (TokenError::Signature, "wrong_signature"),
        (TokenError::Payload, "unreadable_claims"),
        (TokenError::Claim("x"), "invalid_claim"),
        (TokenError::Issuer, "foreign_issuer"),
        (TokenError::Audience, "foreign_audience"),
        (TokenError::Expired, "expired"),
        (TokenError::NotYetValid, "not_yet_valid"),
        (TokenError::Lifetime, "valid_for_too_long"),
        (TokenError::NotAccessToken, "not_access_token"),
        (TokenError::SenderConstrained, "sender_constrained"),
        (TokenError::Inactive, "inactive"),
        (TokenError::Revoked, "revoked"),
    ];
    for (error, reason) in reasons {
        assert_eq!(error.reason(), reason);
    }
}
