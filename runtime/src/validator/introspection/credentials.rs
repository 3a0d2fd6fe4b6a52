//! How a client shows the introspection endpoint who it is.

use super::key::ClientKey;
use super::secret::{ClientSecret, CredentialSource};
use crate::error::Unavailable;
use crate::fetch::Form;
use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, json};
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;
use url::form_urlencoded::byte_serialize;
use zeroize::Zeroizing;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// For how long a signed statement of who the client is may be used.
const ASSERTION_LIFETIME: Duration = Duration::from_mins(1);

/// Who asks the introspection endpoint, and how that is shown (RFC 7662 section 2.1). It needs a client of its own at the
/// provider: not that of the people whose tokens come here.
pub struct ClientCredentials {
    id: String,
    method: Method,
}

enum Method {
    Basic(Box<dyn CredentialSource<ClientSecret>>),
    Post(Box<dyn CredentialSource<ClientSecret>>),
    Assertion {
        key: Box<dyn CredentialSource<ClientKey>>,
        /// The issuer, unless set.
        audience: Option<String>,
    },
}

/// What a client has shown, so that it is not shown again in vain.
pub(super) enum Shown {
    Secret(ClientSecret),
    Key(ClientKey),
}

impl ClientCredentials {
    /// `client_secret_basic`: id and secret in the `Authorization` header (RFC 6749 section 2.3.1).
    pub fn secret_basic(id: impl Into<String>, secret: impl CredentialSource<ClientSecret>) -> Self {
        Self {
            id: id.into(),
            method: Method::Basic(Box::new(secret)),
        }
    }

    /// `client_secret_post`: id and secret in the form, for providers that know no other way (RFC 6749 section 2.3.1).
    pub fn secret_post(id: impl Into<String>, secret: impl CredentialSource<ClientSecret>) -> Self {
        Self {
            id: id.into(),
            method: Method::Post(Box::new(secret)),
        }
    }

    /// `private_key_jwt`: a statement signed anew for each request (RFC 7523 section 2.2). The provider only knows the public key.
    pub fn private_key_jwt(id: impl Into<String>, key: impl CredentialSource<ClientKey>) -> Self {
        Self {
            id: id.into(),
            method: Method::Assertion {
                key: Box::new(key),
                audience: None,
            },
        }
    }

    /// Sets for whom the signed statement of `private_key_jwt` is. Unless set, it is the issuer; some providers want the URL of
    /// their token endpoint or introspection endpoint.
    #[must_use]
    pub fn assertion_audience(mut self, to: impl Into<String>) -> Self {
        if let Method::Assertion { audience, .. } = &mut self.method {
            *audience = Some(to.into());
        }
        self
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Puts what shows who asks into a form, in one way only (RFC 6749 section 2.3). `None` if it would be what was already
    /// `refused`.
    pub(super) async fn show(
        &self,
        form: Form,
        issuer: &str,
        now: Duration,
        refused: Option<&Shown>,
    ) -> Result<Option<(Form, Shown)>, Unavailable> {
        match &self.method {
            Method::Basic(source) => {
                let Some(secret) = other_secret(source.as_ref(), refused).await? else {
                    return Ok(None);
                };
                Ok(Some((form.authorized(basic(&self.id, &secret)), Shown::Secret(secret))))
            }
            Method::Post(source) => {
                let Some(secret) = other_secret(source.as_ref(), refused).await? else {
                    return Ok(None);
                };
                let form = form.with("client_id", &*self.id).with("client_secret", secret.expose());
                Ok(Some((form, Shown::Secret(secret))))
            }
            Method::Assertion { key, audience } => {
                let key = current(key.as_ref()).await?;
                if matches!(refused, Some(Shown::Key(refused)) if refused.is(&key)) {
                    return Ok(None);
                }
                let audience = audience.as_deref().unwrap_or(issuer);
                let assertion = assertion(&key, &self.id, audience, now)?;
                let form = form
                    .with("client_assertion_type", ASSERTION_TYPE)
                    .with("client_assertion", assertion);
                Ok(Some((form, Shown::Key(key))))
            }
        }
    }
}

/// The secret as it is now, unless it was refused.
async fn other_secret(
    source: &dyn CredentialSource<ClientSecret>,
    refused: Option<&Shown>,
) -> Result<Option<ClientSecret>, Unavailable> {
    let secret = current(source).await?;
    let is_refused = matches!(refused, Some(Shown::Secret(refused)) if refused.expose() == secret.expose());
    Ok((!is_refused).then_some(secret))
}

async fn current<T: 'static>(source: &dyn CredentialSource<T>) -> Result<T, Unavailable> {
    let current = source.current().await;
    current.map_err(|error| Unavailable::because("the client's credentials cannot be had", Cause(error)))
}

/// An error in a box is none itself.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Cause(Box<dyn StdError + Send + Sync>);

/// Id and secret, each encoded as in a form before they are joined (RFC 6749 section 2.3.1).
fn basic(id: &str, secret: &ClientSecret) -> String {
    let encode = |text: &str| Zeroizing::new(byte_serialize(text.as_bytes()).collect::<String>());
    let joined = Zeroizing::new(format!("{}:{}", *encode(id), *encode(secret.expose())));
    format!("Basic {}", *Zeroizing::new(STANDARD.encode(&*joined)))
}

/// Signs who the client is (RFC 7523 section 3).
///
/// 1. `iss` and `sub` are the client, `aud` is whoever is asked.
/// 2. It is good for a minute.
/// 3. `jti` is random, so that it can be used once.
fn assertion(key: &ClientKey, client: &str, audience: &str, now: Duration) -> Result<String, Unavailable> {
    let mut id = [0; 16];
    rand::fill(&mut id).map_err(|_| Unavailable::new("there is no randomness"))?;
    let mut header = Map::from_iter([
        ("alg".to_owned(), json!(key.algorithm.name())),
        ("typ".to_owned(), json!("JWT")),
    ]);
    if let Some(id) = &key.id {
        header.insert("kid".to_owned(), json!(id));
    }
    let claims = json!({
        "iss": client,
        "sub": client,
        "aud": audience,
        "iat": now.as_secs(),
        "exp": now.saturating_add(ASSERTION_LIFETIME).as_secs(),
        "jti": URL_SAFE_NO_PAD.encode(id),
    });
    let encode = |json: String| URL_SAFE_NO_PAD.encode(json);
    let message = format!("{}.{}", encode(json!(header).to_string()), encode(claims.to_string()));
    let signature = key.sign(message.as_bytes());
    let signature = signature.map_err(|_| Unavailable::new("the client's key does not sign"))?;
    Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCredentials")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
