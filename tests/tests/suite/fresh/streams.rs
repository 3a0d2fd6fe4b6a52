//! Streams about several resources of which some are `fresh`.

use super::{Issuer, Runs, admin, claims, down, reasons};
use crate::server::Running;
use axum::Router;
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::model::{ServerCapabilities, ServerConfig, SubscriptionFilter};
use rmcp::service::SubscriptionContext;
use rmcp::{ErrorData, ServerHandler};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use toolgate::rmcp::Guarded;
use toolgate::{Policy, Protected, RateLimit, ScopeToken, Toolset};

/// Counts the streams that begin.
struct Notes(Runs);

impl ServerHandler for Notes {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_resources();
        ServerConfig::new(capabilities.enable_resources_subscribe().build())
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(requested.clone())
    }

    async fn listen(&self, _: SubscriptionContext) -> Result<(), ErrorData> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

const ADMIN: Policy = Policy::AUTHENTICATED.scopes_all(&[ScopeToken::from_static("admin")]);

fn declared() -> Toolset {
    Toolset::new(())
        .resource_template("notes://{id}", Policy::AUTHENTICATED.fresh())
        .resource("notes://all", ADMIN.fresh())
        .resource("notes://about", Policy::AUTHENTICATED)
        .resource("notes://kept", ADMIN)
        .resource(
            "notes://rare",
            Policy::AUTHENTICATED.fresh().rate_limit(RateLimit::per_hour(1)),
        )
}

struct App {
    server: Running,
    issuer: Issuer,
    runs: Runs,
}

impl App {
    async fn start() -> Self {
        let (issuer, runs) = (Issuer::new(), Runs::default());
        let notes = Arc::clone(&runs);
        let serve = |protected: &Protected| {
            let server = Guarded::new(protected, Notes(notes), ToolRouter::new()).unwrap();
            Router::new().fallback_service(server.http_service())
        };
        let server = Running::start_app(declared(), |gate| gate.validator(issuer.clone()), serve).await;
        Self { server, issuer, runs }
    }

    /// The status and the code of an error, how often the issuer was asked anew, and how many streams began.
    async fn listen(&self, uris: &[&str]) -> (u16, i64, usize, usize) {
        let client = self.server.client().bearer("token");
        let params = json!({"notifications": {"resourceSubscriptions": uris}});
        let reply = client.request("subscriptions/listen", params).await.unwrap();
        let code = reply.body["error"]["code"].as_i64().unwrap_or_default();
        let began = self.runs.swap(0, Ordering::SeqCst);
        (reply.status, code, self.issuer.asked_anew(), began)
    }
}

#[tokio::test]
async fn a_stream_about_several_fresh_things_needs_one_validation_and_a_decision_about_each() {
    let app = App::start().await;
    let all = ["notes://1", "notes://2", "notes://all", "notes://about", "notes://kept"];
    assert_eq!(app.listen(&all).await, (200, 0, 1, 1));
    assert_eq!(
        reasons(&app.server.records, "template:notes://{id}"),
        [Value::Null, Value::Null]
    );
    assert_eq!(reasons(&app.server.records, "resource:notes://all"), [Value::Null]);
    assert_eq!(app.listen(&["notes://about"]).await, (200, 0, 0, 1));

    // What the token says now counts, for each of them, fresh or not.
    app.issuer.says_anew(Ok(claims("carol")));
    assert_eq!(app.listen(&["notes://1", "notes://2"]).await, (200, 0, 1, 1));
    assert_eq!(app.listen(&["notes://1", "notes://all"]).await, (403, 403, 1, 0));
    assert_eq!(app.listen(&["notes://1", "notes://kept"]).await, (403, 403, 1, 0));
    app.issuer.says_anew(Ok(claims("mallory")));
    assert_eq!(app.listen(&["notes://1", "notes://all"]).await, (403, 403, 1, 0));
    for name in ["template:notes://{id}", "resource:notes://all"] {
        assert_eq!(reasons(&app.server.records, name).last().unwrap(), "not_fresh");
    }
    app.issuer.says_anew(Err(down()));
    assert_eq!(app.listen(&["notes://1", "notes://all"]).await, (503, 503, 1, 0));

    // Who is turned away anyway makes nobody ask.
    app.issuer.says(claims("carol"));
    assert_eq!(app.listen(&["notes://1", "notes://all"]).await, (403, 403, 0, 0));
    app.issuer.says(admin());
    app.issuer.says_anew(Ok(admin()));
    assert_eq!(app.listen(&["notes://1", "notes://rare"]).await, (200, 0, 1, 1));
    let (status, _, asked, began) = app.listen(&["notes://1", "notes://rare"]).await;
    assert_eq!((status, asked, began), (429, 0, 0));
}
