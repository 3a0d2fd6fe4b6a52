//! The identity provider, in a process of its own, so that its memory and its work are not counted as ours. It is told what to do
//! in lines of JSON.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;
use toolgate_testing::{Algorithm, ClientAuth, Decoy, Fault, FaultPlan, IdentityProvider, KeyKind};

pub(crate) const AUDIENCE: &str = "http://127.0.0.1:1/mcp";

/// Tokens outlast everything here, also on a clock that runs fast.
const LIFETIME: Duration = Duration::from_hours(23);

/// A provider in another process. It ends when this is dropped.
pub(crate) struct Provider {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    pub(crate) issuer: String,
    pub(crate) jwks_uri: String,
    pub(crate) introspection_endpoint: String,
}

/// How much an endpoint was asked for.
#[derive(Clone, Copy)]
pub(crate) struct Traffic {
    pub(crate) requests: u64,
    pub(crate) in_flight: u64,
    pub(crate) most_in_flight: u64,
    /// Requests to where nobody should ask.
    pub(crate) decoy: u64,
}

impl Provider {
    pub(crate) fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg("provider")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let hello = read(&mut stdout);
        let text = |name: &str| hello[name].as_str().unwrap().to_owned();
        Self {
            issuer: text("issuer"),
            jwks_uri: text("jwks_uri"),
            introspection_endpoint: text("introspection_endpoint"),
            child,
            stdin,
            stdout,
        }
    }

    /// Makes the key set fail this way from now on; `none` ends it.
    pub(crate) fn fault(&mut self, fault: &str) {
        self.ask(&json!({"do": "fault", "fault": fault}));
    }

    /// Makes introspection fail this way from now on; `none` ends it.
    pub(crate) fn introspection_fault(&mut self, fault: &str) {
        self.ask(&json!({"do": "introspection fault", "fault": fault}));
    }

    pub(crate) fn traffic(&mut self) -> Traffic {
        self.traffic_of("traffic")
    }

    pub(crate) fn introspection_traffic(&mut self) -> Traffic {
        self.traffic_of("introspection traffic")
    }

    /// The client that may ask about tokens: its id and its secret.
    pub(crate) fn client(&mut self) -> (String, String) {
        let answer = self.ask(&json!({"do": "client"}));
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        (text("id"), text("secret"))
    }

    /// So many opaque tokens, each of another subject.
    pub(crate) fn mint_opaque(&mut self, count: usize) -> Vec<String> {
        self.tokens(&json!({"do": "mint opaque", "count": count}))
    }

    fn traffic_of(&mut self, what: &str) -> Traffic {
        let answer = self.ask(&json!({"do": what}));
        let count = |name: &str| answer[name].as_u64().unwrap();
        Traffic {
            requests: count("requests"),
            in_flight: count("in_flight"),
            most_in_flight: count("most_in_flight"),
            decoy: count("decoy"),
        }
    }

    /// Publishes another RSA key, and signs with it from now on.
    pub(crate) fn rotate(&mut self) {
        self.ask(&json!({"do": "rotate"}));
    }

    /// So many tokens, each of another subject.
    pub(crate) fn mint(&mut self, algorithm: Algorithm, count: usize) -> Vec<String> {
        self.tokens(&json!({"do": "mint", "algorithm": algorithm.as_str(), "count": count}))
    }

    fn tokens(&mut self, question: &Value) -> Vec<String> {
        let answer = self.ask(question);
        let tokens = answer["tokens"].as_array().unwrap();
        tokens.iter().map(|token| token.as_str().unwrap().to_owned()).collect()
    }

    fn ask(&mut self, question: &Value) -> Value {
        writeln!(self.stdin, "{question}").unwrap();
        read(&mut self.stdout)
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // It may be gone already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(from: &mut impl BufRead) -> Value {
    let mut line = String::new();
    from.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap()
}

/// The other process: until nobody tells it anything any more.
pub(crate) async fn serve() {
    let provider = IdentityProvider::start().await.unwrap();
    // All instances of a server are one client.
    let client = provider.register_client("soak", ClientAuth::SecretBasic);
    let decoy = Decoy::start(provider.jwks()).await.unwrap();
    say(
        &json!({"issuer": provider.issuer(), "jwks_uri": provider.jwks_uri(), "introspection_endpoint": provider.introspection_endpoint()}),
    );
    let (sender, mut lines) = tokio::sync::mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines() {
            if line.is_ok_and(|line| sender.blocking_send(line).is_err()) {
                return;
            }
        }
    });
    let mut subjects = 0_u64;
    while let Some(line) = lines.recv().await {
        let question: Value = serde_json::from_str(&line).unwrap();
        let answer = match question["do"].as_str().unwrap() {
            "fault" => {
                provider.jwks_fault(fault(question["fault"].as_str().unwrap(), &decoy));
                json!({})
            }
            "introspection fault" => {
                provider.introspection_fault(fault(question["fault"].as_str().unwrap(), &decoy));
                json!({})
            }
            "traffic" => counts(provider.jwks_traffic(), &decoy),
            "introspection traffic" => counts(provider.introspection_traffic(), &decoy),
            "client" => json!({"id": client.id(), "secret": client.secret()}),
            "mint opaque" => {
                let tokens = (0..question["count"].as_u64().unwrap()).map(|_| {
                    subjects += 1;
                    let token = provider.opaque_token(&format!("user-{subjects}")).audience(AUDIENCE);
                    token.expires_in(LIFETIME).mint()
                });
                json!({"tokens": tokens.collect::<Vec<_>>()})
            }
            "rotate" => json!({"kid": provider.rotate_key(KeyKind::Rsa).kid()}),
            "mint" => {
                let algorithm = question["algorithm"].as_str().unwrap();
                let algorithm = Algorithm::ALL.into_iter().find(|known| known.as_str() == algorithm);
                let count = question["count"].as_u64().unwrap();
                let tokens = (0..count).map(|_| {
                    subjects += 1;
                    let token = provider
                        .token(&format!("user-{subjects}"))
                        .audience(AUDIENCE)
                        .scopes(["read"]);
                    token.algorithm(algorithm.unwrap()).expires_in(LIFETIME).mint()
                });
                json!({"tokens": tokens.collect::<Vec<_>>()})
            }
            other => panic!("`{other}` cannot be done"),
        };
        say(&answer);
    }
}

fn counts(traffic: toolgate_testing::Traffic, decoy: &Decoy) -> Value {
    json!({
        "requests": traffic.requests,
        "in_flight": traffic.in_flight,
        "most_in_flight": traffic.most_in_flight,
        "decoy": decoy.requests().len(),
    })
}

fn say(answer: &Value) {
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{answer}").unwrap();
    stdout.flush().unwrap();
}

fn fault(name: &str, decoy: &Decoy) -> FaultPlan {
    const HUGE: u64 = 512 * 1024 * 1024;
    // The provider compresses it first, which takes its time.
    const BOMB: u64 = 64 * 1024 * 1024;
    match name {
        "none" => None.into(),
        "status 500" => Fault::Status(500).into(),
        "status 503" => Fault::Status(503).into(),
        "hang" => Fault::Hang.into(),
        "close" => Fault::Close.into(),
        "delay 200 ms" => Fault::Delay(Duration::from_millis(200)).into(),
        "delay 2 s" => Fault::Delay(Duration::from_secs(2)).into(),
        "a byte a second" => Fault::SlowBody(Duration::from_secs(1)).into(),
        "512 MiB" => Fault::Huge(HUGE).into(),
        "512 MiB, declared" => Fault::HugeDeclared(HUGE).into(),
        "endless" => Fault::Endless.into(),
        "false length" => Fault::FalseLength(1000).into(),
        "gzip of 64 MiB" => Fault::Gzip(BOMB).into(),
        "short body" => Fault::ShortBody.into(),
        "chunks cut off" => Fault::CutChunks.into(),
        "redirect" => decoy.redirect(302).into(),
        "html" => Fault::Html.into(),
        other => panic!("`{other}` is no fault"),
    }
}
