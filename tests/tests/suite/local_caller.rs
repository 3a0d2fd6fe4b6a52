//! Who calls over stdio, when the validator says one thing or another. The handlers are called as the SDK would call them.

use crate::server::{Records, pmcp_builder};
use async_trait::async_trait;
use pmcp::server::auth::AuthContext;
use pmcp::{RequestHandlerExtra, ToolHandler};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::future::pending;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;
use tokio::sync::Notify;
use toolgate::audit::JsonLines;
use toolgate::pmcp::Tools;
use toolgate::validator::{TokenError, ValidateError};
use toolgate::{
    BearerToken, Claims, Gate, NoArguments, Policy, TokenSource, Toolset, Unavailable, Validator, mcp_tool,
};

/// Looks.
#[mcp_tool(authenticated)]
async fn look(_: NoArguments) -> Result<&'static str, Infallible> {
    Ok("seen")
}

/// Wipes everything.
#[mcp_tool(authenticated, fresh)]
async fn wipe(_: NoArguments) -> Result<&'static str, Infallible> {
    Ok("wiped")
}

/// Written for the SDK: tells what it is told about who calls.
struct Stock;

#[async_trait]
impl ToolHandler for Stock {
    async fn handle(&self, _: Value, extra: RequestHandlerExtra) -> pmcp::Result<Value> {
        let told = extra.auth_context.unwrap();
        Ok(json!([told.subject, told.scopes, told.tenant_id()]))
    }
}

#[derive(Clone)]
enum Answer {
    Says(Result<Claims, ValidateError>),
    Never,
}

/// Says what it is told to, and counts how often it is asked.
#[derive(Clone)]
struct Issuer(Arc<Inner>);

struct Inner {
    plain: Mutex<Answer>,
    anew: Mutex<Answer>,
    asked: AtomicUsize,
    was_asked: Notify,
}

impl Issuer {
    fn says(&self, answer: impl Into<Answer>) {
        *self.0.plain.lock().unwrap() = answer.into();
    }

    fn says_anew(&self, answer: impl Into<Answer>) {
        *self.0.anew.lock().unwrap() = answer.into();
    }

    /// How often it was asked since the last time.
    fn asked(&self) -> usize {
        self.0.asked.swap(0, Ordering::SeqCst)
    }

    async fn answer(&self, answer: &Mutex<Answer>) -> Result<Claims, ValidateError> {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        self.0.was_asked.notify_one();
        let answer = answer.lock().unwrap().clone();
        match answer {
            Answer::Says(answer) => answer,
            Answer::Never => pending().await,
        }
    }
}

impl Validator for Issuer {
    async fn validate(&self, _: &BearerToken) -> Result<Claims, ValidateError> {
        self.answer(&self.0.plain).await
    }

    async fn validate_anew(&self, _: &BearerToken) -> Result<Claims, ValidateError> {
        self.answer(&self.0.anew).await
    }

    fn issuers(&self) -> Vec<String> {
        vec!["https://idp.example".to_owned()]
    }
}

impl From<Claims> for Answer {
    fn from(claims: Claims) -> Self {
        Self::Says(Ok(claims))
    }
}

impl From<TokenError> for Answer {
    fn from(error: TokenError) -> Self {
        Self::Says(Err(error.into()))
    }
}

impl From<Unavailable> for Answer {
    fn from(error: Unavailable) -> Self {
        Self::Says(Err(error.into()))
    }
}

fn down() -> Unavailable {
    Unavailable::new("the issuer does not answer")
}

fn carol() -> Claims {
    Claims::assert("https://idp.example", "carol")
}

/// A file with a token that is its owner's alone. It goes when dropped.
struct TokenFile(PathBuf);

impl TokenFile {
    fn path(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("toolgate-local-{name}-{}", std::process::id()))
    }

    fn new(name: &str) -> Self {
        let file = Self(Self::path(name));
        file.write("token");
        file
    }

    fn write(&self, token: &str) {
        use std::io::Write as _;
        let mut options = std::fs::OpenOptions::new();
        let options = options.create(true).write(true).truncate(true).mode(0o600);
        options.open(&self.0).unwrap().write_all(token.as_bytes()).unwrap();
    }
}

impl Drop for TokenFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

struct Local {
    issuer: Issuer,
    records: Records,
    sdk: Arc<pmcp::Server>,
    file: TokenFile,
}

impl Local {
    fn new(name: &str) -> Self {
        Self::with_file(TokenFile::new(name))
    }

    fn with_file(file: TokenFile) -> Self {
        let issuer = Issuer(Arc::new(Inner {
            plain: Mutex::new(carol().into()),
            anew: Mutex::new(carol().into()),
            asked: AtomicUsize::new(0),
            was_asked: Notify::new(),
        }));
        let records = Records::default();
        let gate = Gate::builder()
            .resource("https://mcp.example")
            .validator(issuer.clone())
            .audit(JsonLines::new(records.clone()));
        let tools = Toolset::new(()).tool(LookTool).tool(WipeTool);
        let tools = tools.stock_pmcp_tool("stock", Arc::new(Stock), Policy::AUTHENTICATED.fresh());
        let protected = gate.build().unwrap().protect(tools).unwrap();
        let tools = Tools::for_stdio(&protected.with_token(TokenSource::file(&file.0))).unwrap();
        Self {
            issuer,
            records,
            sdk: Arc::new(pmcp_builder().mcp_server(&tools).build().unwrap()),
            file,
        }
    }

    async fn call_with(&self, tool: &str, extra: RequestHandlerExtra) -> Result<Value, String> {
        let handler = self.sdk.get_tool(tool).unwrap();
        let called = handler.handle(json!({}), extra).await;
        called.map_err(|error| error.to_string())
    }

    async fn call(&self, tool: &str) -> Result<Value, String> {
        self.call_with(tool, RequestHandlerExtra::default()).await
    }

    /// Of the last call: the reason, the detail, and who it was.
    fn denial(&self) -> [Value; 3] {
        let record = self.records.all().pop().unwrap();
        assert_eq!(record["decision"], "deny");
        ["reason", "detail", "user.id"].map(|field| record[field].clone())
    }

    /// Begins a call, and drops it while the issuer is asked for the `times`th time.
    async fn drop_while_asked(&self, tool: &'static str, times: usize) {
        let sdk = Arc::clone(&self.sdk);
        let handler = Arc::clone(sdk.get_tool(tool).unwrap());
        let call = tokio::spawn(async move { handler.handle(json!({}), RequestHandlerExtra::default()).await });
        while self.issuer.0.asked.load(Ordering::SeqCst) < times {
            self.issuer.0.was_asked.notified().await;
        }
        call.abort();
        assert!(call.await.unwrap_err().is_cancelled());
        self.issuer.asked();
    }
}

/// The SDK asks who calls before the handler has the token validated anew.
#[tokio::test]
async fn a_stock_tool_is_told_of_the_caller_that_was_validated_anew() {
    let local = Local::new("stock");
    local.issuer.says_anew(carol().with_scopes(["read"]).with_tenant("new"));
    let before = AuthContext {
        subject: "carol".to_owned(),
        scopes: vec!["admin".to_owned()],
        ..AuthContext::anonymous()
    };
    let extra = RequestHandlerExtra::default().with_auth_context(Some(before));
    let told = local.call_with("stock", extra).await;
    assert_eq!(told, Ok(json!(["carol", ["read"], "new"])));
}

#[tokio::test]
async fn what_could_not_be_found_out_about_a_token_is_asked_once_for_a_call() {
    let local = Local::new("once");
    assert_eq!(local.call("look").await, Ok(json!("seen")));
    assert_eq!(local.issuer.asked(), 1);
    local.issuer.says(down());
    for _ in 0..2 {
        assert!(
            local
                .call("look")
                .await
                .unwrap_err()
                .contains("cannot be checked right now")
        );
        assert_eq!(local.issuer.asked(), 1);
    }
    // Another token may be of another issuer.
    local.file.write("another");
    local.call("look").await.unwrap_err();
    assert_eq!(local.issuer.asked(), 2);
    local.call("look").await.unwrap_err();
    assert_eq!(local.issuer.asked(), 1);
}

#[tokio::test]
async fn a_record_says_why_nobody_calls_and_who_it_was() {
    let local = Local::new("why");
    let issuer = &local.issuer;
    let unavailable = [json!("unavailable"), json!("the issuer does not answer")];
    let known = json!("carol");
    let nobody = Value::Null;

    issuer.says(TokenError::Expired);
    assert_eq!(
        local.call("look").await.unwrap_err().matches("not permitted").count(),
        1
    );
    assert_eq!(
        local.denial(),
        [json!("unauthenticated"), json!("expired"), nobody.clone()]
    );
    issuer.says(down());
    local.call("look").await.unwrap_err();
    assert_eq!(
        local.denial(),
        [&unavailable[0], &unavailable[1], &nobody].map(Clone::clone)
    );

    issuer.says(carol());
    issuer.says_anew(TokenError::Inactive);
    local.call("wipe").await.unwrap_err();
    assert_eq!(local.denial(), [json!("not_fresh"), json!("not active"), known.clone()]);
    issuer.says_anew(down());
    local.call("wipe").await.unwrap_err();
    assert_eq!(
        local.denial(),
        [&unavailable[0], &unavailable[1], &known].map(Clone::clone)
    );
    issuer.says_anew(Claims::assert("https://idp.example", "mallory"));
    local.call("wipe").await.unwrap_err();
    let other = json!("validated anew, the token is somebody else's");
    assert_eq!(local.denial(), [json!("not_fresh"), other, known]);

    issuer.says(TokenError::Expired);
    std::fs::remove_file(&local.file.0).unwrap();
    local.call("look").await.unwrap_err();
    let [reason, detail, user] = local.denial();
    assert_eq!((reason, user), (json!("unauthenticated"), nobody));
    assert!(
        detail.as_str().unwrap().starts_with("the token cannot be read: "),
        "{detail}"
    );
}

#[tokio::test]
async fn a_call_that_is_dropped_while_its_token_is_validated_leaves_a_record() {
    let local = Local::new("dropped");
    local.issuer.says_anew(Answer::Never);
    local.drop_while_asked("wipe", 2).await;
    assert_eq!(local.denial(), [json!("cancelled"), Value::Null, json!("carol")]);
    local.issuer.says(Answer::Never);
    local.drop_while_asked("look", 1).await;
    assert_eq!(local.denial(), [json!("cancelled"), Value::Null, Value::Null]);
    assert_eq!(local.records.all().len(), 2);
}

#[tokio::test]
async fn a_call_that_is_cancelled_before_it_began_leaves_a_record() {
    let local = Local::new("cancelled");
    for tool in ["look", "stock"] {
        let extra = RequestHandlerExtra::default();
        extra.cancellation_token.cancel();
        local.call_with(tool, extra).await.unwrap_err();
        assert_eq!(local.denial(), [json!("cancelled"), Value::Null, json!("carol")]);
    }
    assert_eq!(local.records.all().len(), 2);
}

/// Opening it to read waits for somebody who writes.
#[test]
fn a_token_file_that_is_a_pipe_is_refused_and_not_waited_for() {
    let file = TokenFile(TokenFile::path("pipe"));
    let made = Command::new("mkfifo").args(["-m", "600"]).arg(&file.0).status();
    assert!(made.unwrap().success());
    let local = Local::with_file(file);
    let (tell, told) = mpsc::channel();
    // Not joined: if it waits for ever, this test does not.
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(local.call("look")).unwrap_err();
        tell.send(local.denial()).unwrap();
    });
    let [reason, detail, _] = told.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!(reason, "unauthenticated");
    assert_eq!(detail, "the token file is no regular file");
}
