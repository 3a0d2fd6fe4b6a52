//! The secret of a client, and where it comes from.

use futures_util::future::BoxFuture;
use std::error::Error as StdError;
use std::fs;
use std::path::PathBuf;
use zeroize::Zeroizing;

type BoxError = Box<dyn StdError + Send + Sync>;

/// The secret that a client shows to the introspection endpoint. It cannot be printed, and what it held is overwritten when it is
/// dropped.
#[derive(Clone)]
pub struct ClientSecret(Zeroizing<String>);

impl ClientSecret {
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for ClientSecret {
    fn from(secret: T) -> Self {
        Self(Zeroizing::new(secret.into()))
    }
}

/// Where a credential comes from. It is asked whenever the credential is needed, and once more if the endpoint refuses it: so a
/// credential can be changed while the server runs.
///
/// Sources are a [`ClientSecret`] or a [`ClientKey`](super::ClientKey) that stays as it is, a [`SecretFile`], and any function
/// that gives one of them:
///
/// ```
/// use toolgate::validator::introspection::{ClientCredentials, ClientSecret};
///
/// # fn credentials(current: tokio::sync::watch::Receiver<String>) -> ClientCredentials {
/// // `current` is a channel that something else puts new secrets into.
/// ClientCredentials::secret_basic("notes-server", move || -> Result<ClientSecret, std::convert::Infallible> {
///     Ok(current.borrow().as_str().into())
/// })
/// # }
/// ```
pub trait CredentialSource<T>: Send + Sync + 'static {
    /// The credential as it is now. An error means that nobody can be let in.
    fn current(&self) -> BoxFuture<'_, Result<T, BoxError>>;
}

impl CredentialSource<Self> for ClientSecret {
    fn current(&self) -> BoxFuture<'_, Result<Self, BoxError>> {
        Box::pin(async { Ok(self.clone()) })
    }
}

impl<T, E, F> CredentialSource<T> for F
where
    T: Send + 'static,
    E: Into<BoxError>,
    F: Fn() -> Result<T, E> + Send + Sync + 'static,
{
    fn current(&self) -> BoxFuture<'_, Result<T, BoxError>> {
        let current = self();
        let current = current.map_err(Into::into);
        Box::pin(async { current })
    }
}

/// A file with a secret in it, and perhaps one line end after that. It is read at each use, so that a new secret only has to be
/// put there, as Kubernetes does with mounted ones.
#[derive(Clone, Debug)]
pub struct SecretFile(PathBuf);

impl SecretFile {
    /// The file with this path. It need not be there yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }
}

impl CredentialSource<ClientSecret> for SecretFile {
    fn current(&self) -> BoxFuture<'_, Result<ClientSecret, BoxError>> {
        let path = self.0.clone();
        Box::pin(async {
            let text = tokio::task::spawn_blocking(|| fs::read_to_string(path).map(Zeroizing::new)).await??;
            let line = text.strip_suffix('\n').unwrap_or(&text);
            let line = line.strip_suffix('\r').unwrap_or(line);
            if line.is_empty() {
                return Err("the file is empty".into());
            }
            Ok(line.into())
        })
    }
}
