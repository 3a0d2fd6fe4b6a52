//! All of an example but its SDK: the gate, the demonstration, and serving.

use crate::audit::Readable;
use crate::options::Options;
use crate::{demo, tools};
use axum::Router;
use clap::Parser as _;
use std::error::Error;
use std::time::Duration;
use tokio::net::TcpListener;
use toolgate::{Algorithm, Gate, JwtValidator, Protected};
use toolgate_testing::IdentityProvider;

/// Makes an HTTP service of tools behind a gate: the part of an example that knows its SDK.
pub type Serve = fn(&Protected) -> Result<Router, Box<dyn Error>>;

/// Does what the command line says.
pub async fn run(serve: Serve) -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let listener = TcpListener::bind(options.listen).await?;
    match &options.issuer {
        Some(issuer) => {
            let resource = options.resource.clone().unwrap_or_default();
            let audit = Readable::default();
            audit.go_live();
            let protected = protect(issuer, &resource, options.jwks_uri.as_deref(), audit)?;
            println!(
                "Serving {resource} for tokens of {issuer}, on {}",
                listener.local_addr()?
            );
            until_stopped(listener, serve(&protected)?).await
        }
        None => demonstrate(listener, options.once, serve).await,
    }
}

/// A gate for the tokens of one issuer, and the tools behind it.
fn protect(issuer: &str, resource: &str, jwks_uri: Option<&str>, audit: Readable) -> Result<Protected, Box<dyn Error>> {
    let mut validator = JwtValidator::builder()
        .issuer(issuer)
        .audience(resource)
        .algorithm(Algorithm::Rs256)
        .algorithm(Algorithm::Es256);
    if let Some(uri) = jwks_uri {
        validator = validator.jwks_uri(uri);
    }
    let gate = Gate::builder()
        .resource(resource)
        .validator(validator.build()?)
        .name("Notes")
        .audit(audit)
        .build()?;
    Ok(gate.protect(tools::toolset(tools::Notes::default()))?)
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

/// Waits for Ctrl-C, or for the signal that a service manager sends. If neither can be waited for, it waits for ever.
async fn asked_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => terminate.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        _ = terminated => {}
    }
}

/// Calls every tool as every user, shows what came of it, and then serves.
async fn demonstrate(listener: TcpListener, once: bool, serve: Serve) -> Result<(), Box<dyn Error>> {
    let provider = IdentityProvider::start().await?;
    let resource = format!("http://{}/mcp", listener.local_addr()?);
    let audit = Readable::default();
    let protected = protect(provider.issuer(), &resource, None, audit.clone())?;
    let app = serve(&protected)?;
    let server = tokio::spawn(async move { until_stopped(listener, app).await.map_err(|error| error.to_string()) });

    println!("Who may call what, tried over HTTP at {resource}\n");
    let matrix = demo::matrix(&provider, &resource).await?;
    println!("{matrix}");
    println!("Why not\n\n{}", demo::refusals(&matrix));
    println!("The audit records of these calls\n");
    for line in audit.take() {
        println!("{line}");
    }
    if once {
        return Ok(());
    }
    println!(
        "\nTokens of the demo users, and a call\n\n{}",
        demo::commands(&provider, &resource)
    );
    println!("Serving {resource} until Ctrl-C; audit records follow\n");
    audit.go_live();
    Ok(server.await??)
}
