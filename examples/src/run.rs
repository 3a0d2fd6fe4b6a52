//! All of an example but its SDK: the gate, the demonstration, and serving.

use crate::audit::Readable;
use crate::audit_file;
use crate::options::Options;
use crate::stop::{asked_to_stop, finish};
use crate::{demo, tools};
use axum::Router;
use clap::Parser as _;
use std::error::Error;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use toolgate::docs::ScopeDocument;
use toolgate::validator::introspection::{ClientCredentials, SecretFile};
use toolgate::{Algorithm, Cached, Gate, IntrospectionValidator, Issuers, JwtValidator, Protected};
use toolgate_testing::IdentityProvider;

/// Makes an HTTP service of tools behind a gate: the part of an example that knows its SDK.
pub type Serve = fn(&Protected) -> Result<Router, Box<dyn Error>>;

/// Does what the command line says.
pub fn run(serve: Serve) -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    if options.scope_document {
        let tools = tools::toolset(tools::Notes::default());
        print!("{}", ScopeDocument::new(&tools).to_json());
        return Ok(());
    }
    let runtime = Runtime::new()?;
    let server = runtime.block_on(Server::new(options, serve))?;
    let gate = server.gate.clone();
    let ended = runtime.block_on(server.run());
    finish(runtime, &gate)?;
    ended
}

/// All that is there before the first request.
struct Server {
    options: Options,
    listener: TcpListener,
    /// The embedded identity provider, unless another is trusted.
    provider: Option<IdentityProvider>,
    resource: String,
    audit: Readable,
    gate: Gate,
    app: Router,
}

impl Server {
    async fn new(options: Options, serve: Serve) -> Result<Self, Box<dyn Error>> {
        let listener = TcpListener::bind(options.listen).await?;
        let (provider, issuer, resource) = if let Some(issuer) = &options.issuer {
            let resource = options.resource.clone().unwrap_or_default();
            (None, issuer.clone(), resource)
        } else {
            let provider = IdentityProvider::start().await?;
            let issuer = provider.issuer().to_owned();
            let resource = format!("http://{}/mcp", listener.local_addr()?);
            (Some(provider), issuer, resource)
        };
        let audit = Readable::default();
        let gate = gate(&options, &issuer, &resource, audit.clone())?;
        let protected = gate.protect(tools::toolset(tools::Notes::default()))?;
        Ok(Self {
            app: serve(&protected)?,
            options,
            listener,
            provider,
            resource,
            audit,
            gate,
        })
    }

    /// Serves; with the embedded identity provider it first calls every tool as every user, and shows what came of it.
    async fn run(self) -> Result<(), Box<dyn Error>> {
        let resource = &self.resource;
        let address = self.listener.local_addr()?;
        let Some(provider) = &self.provider else {
            let issuer = self.options.issuer.as_deref().unwrap_or_default();
            println!("Serving {resource} for tokens of {issuer}, on {address}");
            self.audit.go_live();
            return until_stopped(self.listener, self.app).await;
        };
        let serving = tokio::spawn(async {
            let served = until_stopped(self.listener, self.app).await;
            served.map_err(|error| error.to_string())
        });
        demonstrate(provider, resource, &self.audit).await?;
        if self.options.once {
            return Ok(());
        }
        println!(
            "\nTokens of the demo users, and a call\n\n{}",
            demo::commands(provider, resource)
        );
        println!("Serving {resource} until Ctrl-C; audit records follow\n");
        self.audit.go_live();
        Ok(serving.await??)
    }
}

/// A gate for the tokens of one issuer.
fn gate(options: &Options, issuer: &str, resource: &str, audit: Readable) -> Result<Gate, Box<dyn Error>> {
    let mut gate = Gate::builder()
        .resource(resource)
        .validator(Cached::new(validator(options, issuer, resource)?)?)
        .scopes::<tools::Scope>()
        .roles::<tools::Role>()
        .name("Notes")
        .audit(audit);
    if let Some(path) = &options.audit {
        gate = gate.audit(audit_file::open(path)?);
    }
    Ok(gate.build()?)
}

/// Validates JWTs, and opaque tokens if there is a client to ask as.
fn validator(options: &Options, issuer: &str, resource: &str) -> Result<Issuers, Box<dyn Error>> {
    let mut jwt = JwtValidator::builder()
        .issuer(issuer)
        .audience(resource)
        .algorithm(Algorithm::Rs256)
        .algorithm(Algorithm::Es256);
    if let Some(uri) = &options.jwks_uri {
        jwt = jwt.jwks_uri(uri);
    }
    let mut validators = Issuers::builder().issuer(jwt.build()?);
    if let (Some(id), Some(file)) = (&options.client_id, &options.client_secret_file) {
        let introspection = IntrospectionValidator::builder()
            .issuer(issuer)
            .audience(resource)
            .client(ClientCredentials::secret_basic(id, SecretFile::new(file)));
        validators = validators.opaque(introspection.build()?);
    }
    Ok(validators.build()?)
}

/// Serves until somebody asks to stop. Then no new requests are taken, and those under way are finished; streams, which may
/// go on for ever, get ten seconds.
async fn until_stopped(listener: TcpListener, app: Router) -> Result<(), Box<dyn Error>> {
    let patience = async {
        asked_to_stop().await;
        tokio::time::sleep(Duration::from_secs(10)).await;
    };
    tokio::select! {
        served = axum::serve(listener, app).with_graceful_shutdown(asked_to_stop()) => Ok(served?),
        () = patience => Ok(()),
    }
}

/// Calls every tool as every user, and shows what came of it.
async fn demonstrate(provider: &IdentityProvider, resource: &str, audit: &Readable) -> Result<(), Box<dyn Error>> {
    println!("Who may call what, tried over HTTP at {resource}\n");
    let matrix = demo::matrix(provider, resource).await?;
    println!("{matrix}");
    println!("Why not\n\n{}", demo::refusals(&matrix));
    println!("The audit records of these calls\n");
    for line in audit.take() {
        println!("{line}");
    }
    Ok(())
}
