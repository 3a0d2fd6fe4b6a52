//! Whether a client is who it says.

use crate::client_assertion;
use crate::client_registry::{ClientRegistry, Method};
use crate::recorded::RecordedRequest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashMap;
use url::form_urlencoded;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Why a request is not answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Refused {
    /// It makes no sense (`invalid_request`).
    Request,
    /// Nobody knows who asks (`invalid_client`).
    Client,
}

type Form = HashMap<String, String>;

/// Reads the parameters: a form, none in the URL, none twice (RFC 6749 section 3.2).
pub(crate) fn read_form(request: &RecordedRequest) -> Result<Form, Refused> {
    let content_type = request.header("content-type").unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") || request.query().is_some() {
        return Err(Refused::Request);
    }
    let parameters = request.form();
    let count = parameters.len();
    let form: Form = parameters.into_iter().collect();
    if form.len() < count {
        return Err(Refused::Request);
    }
    Ok(form)
}

/// Finds out which client asks.
///
/// 1. It shows who it is in one way, not in several (RFC 6749 section 2.3).
/// 2. That is the way it is registered for.
/// 3. What it shows is right.
pub(crate) fn authenticate(
    registry: &mut ClientRegistry,
    request: &RecordedRequest,
    form: &Form,
    audiences: &[&str],
) -> Result<String, Refused> {
    let authorization = request.headers("authorization");
    let secret = form.get("client_secret");
    let assertion = form.get("client_assertion");
    let id = form.get("client_id");
    match (&*authorization, secret, assertion) {
        ([header], None, None) => {
            let (id, secret) = read_basic(header).ok_or(Refused::Client)?;
            check_secret(registry, id, &secret, Method::Basic)
        }
        ([], Some(secret), None) => {
            let id = id.ok_or(Refused::Client)?;
            check_secret(registry, id.clone(), secret, Method::Post)
        }
        ([], None, Some(assertion)) => {
            if form.get("client_assertion_type").map(String::as_str) != Some(ASSERTION_TYPE) {
                return Err(Refused::Request);
            }
            let client = client_assertion::check(registry, assertion, audiences).ok_or(Refused::Client)?;
            // RFC 7521 section 4.2: it need not be there, but if it is, it says the same.
            if id.is_some_and(|id| *id != client) {
                return Err(Refused::Client);
            }
            Ok(client)
        }
        ([], None, None) => Err(Refused::Client),
        _ => Err(Refused::Request),
    }
}

/// Id and secret, each encoded as in a form before they were joined (RFC 6749 section 2.3.1).
fn read_basic(header: &str) -> Option<(String, String)> {
    let (scheme, credentials) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let credentials = String::from_utf8(STANDARD.decode(credentials).ok()?).ok()?;
    let (id, secret) = credentials.split_once(':')?;
    Some((form_decode(id)?, form_decode(secret)?))
}

fn form_decode(text: &str) -> Option<String> {
    // In a form these would end the name; encoded text has none of them.
    if text.contains(['&', '=']) {
        return None;
    }
    let mut pairs = form_urlencoded::parse(text.as_bytes());
    Some(pairs.next().map(|(name, _)| name.into_owned()).unwrap_or_default())
}

fn check_secret(registry: &ClientRegistry, id: String, secret: &str, method: Method) -> Result<String, Refused> {
    let client = registry.clients.get(&id).filter(|client| client.method == method);
    match client {
        Some(client) if client.secrets.iter().any(|known| known == secret) => Ok(id),
        _ => Err(Refused::Client),
    }
}

#[cfg(test)]
mod tests {
    use crate::{ClientAuth, IdentityProvider};
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::Value;
    use url::form_urlencoded::{Serializer, byte_serialize};

    const OK: (u16, &str) = (200, "");
    const INVALID_CLIENT: (u16, &str) = (401, "invalid_client");
    const INVALID_REQUEST: (u16, &str) = (400, "invalid_request");

    /// Asks about some token, and says with which status and error that ends.
    async fn ask(provider: &IdentityProvider, authorization: Option<&str>, form: &[(&str, &str)]) -> (u16, String) {
        let form = Serializer::new(String::new())
            .append_pair("token", "x")
            .extend_pairs(form)
            .finish();
        send(
            provider.introspection_endpoint(),
            authorization,
            "application/x-www-form-urlencoded",
            form,
        )
        .await
    }

    async fn send(url: &str, authorization: Option<&str>, content_type: &str, body: String) -> (u16, String) {
        let mut request = reqwest::Client::new()
            .post(url)
            .header("content-type", content_type)
            .body(body);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        assert_eq!(response.headers().contains_key("www-authenticate"), status == 401);
        let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        assert_eq!(body.get("active").is_some(), status == 200);
        (status, body["error"].as_str().unwrap_or_default().to_owned())
    }

    fn encoded(text: &str) -> String {
        byte_serialize(text.as_bytes()).collect()
    }

    fn basic(id: &str, secret: &str) -> String {
        format!(
            "Basic {}",
            STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret)))
        )
    }

    fn is(result: &(u16, String), expected: (u16, &str)) -> bool {
        (result.0, &*result.1) == expected
    }

    #[tokio::test]
    async fn a_client_shows_its_secret_in_the_header() {
        let provider = IdentityProvider::start().await.unwrap();
        let client = provider.register_client("https://a.example/mcp", ClientAuth::SecretBasic);
        let (id, secret) = (client.id(), client.secret());
        let unencoded = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
        for (authorization, expected) in [
            (basic(id, &secret), OK),
            (basic(id, &secret).replace("Basic", "basic"), OK),
            (basic(id, &format!("{secret}x")), INVALID_CLIENT),
            (basic(id, ""), INVALID_CLIENT),
            (basic("another", &secret), INVALID_CLIENT),
            (basic(id, &encoded(&secret)), INVALID_CLIENT),
            (unencoded, INVALID_CLIENT),
            (format!("Bearer {secret}"), INVALID_CLIENT),
            ("Basic !".to_owned(), INVALID_CLIENT),
        ] {
            let result = ask(&provider, Some(&authorization), &[]).await;
            assert!(is(&result, expected), "{authorization}: {result:?}");
        }
        let form = [("client_id", id), ("client_secret", &*secret)];
        assert!(
            is(&ask(&provider, None, &form).await, INVALID_CLIENT),
            "not registered for this"
        );
        assert!(is(&ask(&provider, None, &[]).await, INVALID_CLIENT));
    }

    #[tokio::test]
    async fn a_client_shows_its_secret_in_the_form() {
        let provider = IdentityProvider::start().await.unwrap();
        let client = provider.register_client("toolgate", ClientAuth::SecretPost);
        let secret = client.secret();
        for (id, secret, expected) in [
            ("toolgate", &*secret, OK),
            ("toolgate", &*encoded(&secret), INVALID_CLIENT),
            ("toolgate", "", INVALID_CLIENT),
            ("another", &*secret, INVALID_CLIENT),
        ] {
            let result = ask(&provider, None, &[("client_id", id), ("client_secret", secret)]).await;
            assert!(is(&result, expected), "{id} {secret}: {result:?}");
        }
        let header = basic("toolgate", &secret);
        assert!(
            is(&ask(&provider, Some(&header), &[]).await, INVALID_CLIENT),
            "not registered for this"
        );
        let form = [("client_id", "toolgate"), ("client_secret", &*secret)];
        assert!(
            is(&ask(&provider, Some(&header), &form).await, INVALID_REQUEST),
            "one way, not two"
        );
    }

    #[tokio::test]
    async fn secrets_overlap_while_they_are_rotated() {
        let provider = IdentityProvider::start().await.unwrap();
        let client = provider.register_client("toolgate", ClientAuth::SecretBasic);
        let old = client.secret();
        let ask = async |secret: &str| ask(&provider, Some(&basic("toolgate", secret)), &[]).await.0;
        let new = client.add_secret();
        assert_ne!(old, new);
        assert_eq!(client.secret(), new);
        assert_eq!((ask(&old).await, ask(&new).await), (200, 200));
        client.remove_secret(&old);
        assert_eq!((ask(&old).await, ask(&new).await), (401, 200));
    }

    #[tokio::test]
    async fn what_is_no_request_is_not_answered() {
        let provider = IdentityProvider::start().await.unwrap();
        let client = provider.register_client("toolgate", ClientAuth::SecretBasic);
        let authorization = basic("toolgate", &client.secret());
        let form = "application/x-www-form-urlencoded";
        let url = provider.introspection_endpoint();
        for (url, content_type, body, expected) in [
            (url, form, "token=x&token_type_hint=access_token", OK),
            (url, "application/x-www-form-urlencoded; charset=utf-8", "token=x", OK),
            (url, form, "", INVALID_REQUEST),
            (url, form, "token_type_hint=access_token", INVALID_REQUEST),
            (url, form, "token=x&token=x", INVALID_REQUEST),
            (url, "application/json", "token=x", INVALID_REQUEST),
            (&format!("{url}?token=x"), form, "token=x", INVALID_REQUEST),
        ] {
            let result = send(url, Some(&authorization), content_type, body.to_owned()).await;
            assert!(is(&result, expected), "{url} {content_type} {body}: {result:?}");
        }
        let response = reqwest::get(format!("{url}?token=x")).await.unwrap();
        assert_eq!(response.status(), 405);
    }
}
