//! What an endpoint of the provider does instead of answering as it should.

use crate::error::Error;
use crate::fault_plan::{FaultPlan, Part};
use crate::loopback;
use std::time::Duration;

/// What an endpoint does instead of answering as it should.
///
/// Unless it says otherwise, a fault changes one thing and leaves the rest right: the status, the content type, the body are
/// those of the good answer, so that whoever overlooks the fault believes it.
///
/// ```no_run
/// # async fn example() -> Result<(), toolgate_testing::Error> {
/// use std::time::Duration;
/// use toolgate_testing::{Fault, IdentityProvider};
///
/// let provider = IdentityProvider::start().await?;
/// provider.jwks_fault(Fault::Hang);
/// provider.discovery_fault(Fault::Status(503).times(2));
/// provider.introspection_fault(Fault::Status(500).after(Duration::from_millis(200)).times(1).then(Fault::Close));
/// provider.jwks_fault(None);
/// provider.clear_faults();
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// Answers with this status. The body is nevertheless the good one; at the introspection endpoint it says that the token
    /// is active, whichever it is and whoever asks. What is no status of HTTP becomes 500.
    Status(u16),
    /// Answers well, but only after this time.
    Delay(Duration),
    /// Answers only when the fault is cleared or another one is set, and then as things are at that time.
    Hold,
    /// Never answers, and keeps the connection open.
    Hang,
    /// Sends the head at once, then the body a byte at a time, with this pause before each, and white space after its end, for
    /// ever.
    SlowBody(Duration),
    /// Sends the body and then so many bytes of white space, chunked, so that nobody knows beforehand.
    Huge(u64),
    /// Sends the body and then so many bytes of white space, and says so in `Content-Length`.
    HugeDeclared(u64),
    /// Sends the body and then white space for ever, chunked.
    Endless,
    /// Sends the body and then white space for ever, and says in `Content-Length` that there are so many bytes.
    FalseLength(u64),
    /// Closes the connection without a word.
    Close,
    /// Closes the connection after half the body, of which `Content-Length` tells the full length.
    ShortBody,
    /// Closes the connection after half the body, within chunks.
    CutChunks,
    /// Sends the body and then so many bytes of white space, compressed (`Content-Encoding: gzip`), to about a thousandth.
    Gzip(u64),
    /// Answers with a login page: 200, `text/html`.
    Html,
    /// Calls the body something else than it is.
    ContentType(&'static str),
    /// Sends clients elsewhere. See [`Fault::redirect`] and [`Decoy::redirect`](crate::Decoy::redirect).
    Redirect(Redirect),
    /// Sends this text in place of the body.
    Body(String),
    /// Sends something that is not JSON in place of the body.
    NotJson,
    /// Sends a key set without keys in place of the body; at other endpoints an object without members.
    Empty,
    /// Repeats the first member of the body, with the same value.
    DuplicateMembers,
    /// Publishes each key three times under its id, another key of its kind in the middle. For the key set only.
    DuplicateKids,
    /// Answers as RFC 9701 says, with a signed token in place of JSON. For the introspection endpoint only.
    SignedAnswer,
}

/// A redirect within the loopback interface. See [`Fault::redirect`].
#[derive(Clone, Debug)]
pub struct Redirect {
    pub(crate) status: u16,
    pub(crate) location: String,
}

impl Fault {
    /// Sends clients to this URL with this status, such as 302, 307 or 308. The URL's host must be a loopback address or
    /// `localhost`.
    pub fn redirect(status: u16, location: &str) -> Result<Self, Error> {
        let location = loopback::parse_url(location)?.into();
        Ok(Self::Redirect(Redirect { status, location }))
    }

    /// Limits the fault to the next `count` requests; those after that are answered well.
    #[must_use]
    pub fn times(self, count: u64) -> FaultPlan {
        FaultPlan::from(self).times(count)
    }

    /// Lets this time pass before the fault shows.
    #[must_use]
    pub fn after(self, delay: Duration) -> FaultPlan {
        FaultPlan::from(self).after(delay)
    }

    /// The only part of the provider that can have this fault.
    pub(crate) fn only_part(&self) -> Option<Part> {
        match self {
            Self::DuplicateKids => Some(Part::Keys),
            Self::SignedAnswer => Some(Part::Introspection),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fault;
    use crate::{Decoy, Error, FaultPlan, IdentityProvider};
    use flate2::read::GzDecoder;
    use reqwest::{Client, Response};
    use serde_json::{Value, json};
    use std::io::Read as _;
    use std::time::{Duration, Instant};
    use tokio::time::timeout;

    /// Long enough for what comes at once, short enough to wait for what never does.
    const MOMENT: Duration = Duration::from_millis(100);

    /// A client that shows what is on the wire: it neither follows nor unpacks anything.
    fn client() -> Client {
        let builder = Client::builder().redirect(reqwest::redirect::Policy::none());
        builder.no_proxy().build().unwrap()
    }

    async fn with_fault(fault: impl Into<FaultPlan>) -> (IdentityProvider, Result<Response, reqwest::Error>) {
        let provider = IdentityProvider::start().await.unwrap();
        provider.jwks_fault(fault);
        let response = client().get(provider.jwks_uri()).send().await;
        (provider, response)
    }

    async fn answer_of(fault: impl Into<FaultPlan>) -> (IdentityProvider, Response) {
        let (provider, response) = with_fault(fault).await;
        (provider, response.unwrap())
    }

    fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
        response.headers().get(name).map(|value| value.to_str().unwrap())
    }

    /// Reads until there are so many bytes.
    async fn read(response: &mut Response, count: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        while bytes.len() < count {
            bytes.extend(response.chunk().await.unwrap().expect("more bytes"));
        }
        bytes
    }

    /// Waits until it is so, which takes as long as the server needs to notice.
    async fn until(condition: impl Fn() -> bool) {
        let waiting = async {
            while !condition() {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(10), waiting).await.unwrap();
    }

    #[tokio::test]
    async fn an_error_page_is_credible_but_for_its_status() {
        for (status, expected) in [(503, 503), (401, 401), (7, 500)] {
            let (provider, response) = answer_of(Fault::Status(status)).await;
            assert_eq!(response.status(), expected);
            assert_eq!(header(&response, "content-type"), Some("application/jwk-set+json"));
            let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
            assert_eq!(body, provider.jwks());
        }
    }

    #[tokio::test]
    async fn a_delay_is_waited_for() {
        let start = Instant::now();
        let (provider, response) = answer_of(Fault::Delay(MOMENT)).await;
        assert!(start.elapsed() >= MOMENT);
        let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        assert_eq!(body, provider.jwks());
    }

    #[tokio::test]
    async fn a_held_request_is_answered_as_things_are_in_the_end() {
        let provider = IdentityProvider::start().await.unwrap();
        provider.jwks_fault(Fault::Hold);
        let ask = || tokio::spawn(client().get(provider.jwks_uri()).send());
        let (first, second) = (ask(), ask());
        until(|| provider.jwks_traffic().in_flight == 2).await;
        provider.jwks_fault(Fault::Status(502));
        for request in [first, second] {
            assert_eq!(request.await.unwrap().unwrap().status(), 502);
        }
        provider.jwks_fault(Fault::Hold);
        let third = ask();
        until(|| provider.jwks_traffic().in_flight == 1).await;
        provider.remove_key("rsa-1");
        provider.clear_faults();
        let body = third.await.unwrap().unwrap().bytes().await.unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), provider.jwks());
        let traffic = provider.jwks_traffic();
        assert_eq!((traffic.requests, traffic.in_flight, traffic.most_in_flight), (3, 0, 2));
    }

    #[tokio::test]
    async fn who_gives_up_waiting_no_longer_counts() {
        let provider = IdentityProvider::start().await.unwrap();
        for fault in [Fault::Hold, Fault::Hang, Fault::Delay(Duration::from_hours(1))] {
            provider.jwks_fault(fault);
            let request = tokio::spawn(client().get(provider.jwks_uri()).send());
            until(|| provider.jwks_traffic().in_flight == 1).await;
            request.abort();
            until(|| provider.jwks_traffic().in_flight == 0).await;
        }
        assert_eq!(provider.jwks_traffic().most_in_flight, 1);
    }

    #[tokio::test]
    async fn a_hanging_endpoint_says_nothing_and_stays() {
        let provider = IdentityProvider::start().await.unwrap();
        provider.jwks_fault(Fault::Hang);
        let mut request = tokio::spawn(client().get(provider.jwks_uri()).send());
        assert!(timeout(MOMENT, &mut request).await.is_err());
        // Clearing is for those that come after it.
        provider.clear_faults();
        assert!(timeout(MOMENT, &mut request).await.is_err());
        assert_eq!(provider.jwks_traffic().in_flight, 1);
        assert!(client().get(provider.jwks_uri()).send().await.is_ok());
        // The provider notices when the client gives up.
        request.abort();
        until(|| provider.jwks_traffic().in_flight == 0).await;
    }

    #[tokio::test]
    async fn a_slow_body_comes_a_byte_at_a_time_and_never_ends() {
        let pause = Duration::from_millis(1);
        let provider = IdentityProvider::start().await.unwrap();
        for kid in ["rsa-1", "p256-1", "p384-1"] {
            provider.remove_key(kid);
        }
        provider.jwks_fault(Fault::SlowBody(pause));
        let mut response = client().get(provider.jwks_uri()).send().await.unwrap();
        assert_eq!(header(&response, "content-length"), None);
        let document = provider.jwks().to_string();
        let start = Instant::now();
        let body = read(&mut response, document.len() + 10).await;
        assert!(start.elapsed() >= pause * 100);
        assert_eq!(body, format!("{document}          ").into_bytes());
        assert_eq!(provider.jwks_traffic().in_flight, 1);
    }

    #[tokio::test]
    async fn a_huge_body_is_as_long_as_it_was_made() {
        const SPACES: usize = 1_000_000;
        for (fault, declared) in [(Fault::Huge(1_000_000), false), (Fault::HugeDeclared(1_000_000), true)] {
            let (provider, response) = answer_of(fault).await;
            let document = provider.jwks().to_string();
            let length = (document.len() + SPACES).to_string();
            assert_eq!(header(&response, "content-length"), declared.then_some(&*length));
            let body = response.bytes().await.unwrap();
            assert_eq!(body.len(), document.len() + SPACES);
            // Who reads it all believes it.
            assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), provider.jwks());
        }
    }

    #[tokio::test]
    async fn an_endless_body_goes_on() {
        let (provider, mut response) = answer_of(Fault::Endless).await;
        let body = read(&mut response, 10_000_000).await;
        assert!(body.starts_with(provider.jwks().to_string().as_bytes()));
        assert_eq!(provider.jwks_traffic().in_flight, 1);
        drop(response);
        until(|| provider.jwks_traffic().in_flight == 0).await;
    }

    #[tokio::test]
    async fn a_false_length_is_what_the_head_says_and_not_what_comes() {
        let (provider, response) = answer_of(Fault::FalseLength(10)).await;
        assert_eq!(header(&response, "content-length"), Some("10"));
        let document = provider.jwks().to_string();
        assert_eq!(response.bytes().await.unwrap(), document.as_bytes()[..10]);
        let (_, mut response) = answer_of(Fault::FalseLength(1 << 40)).await;
        assert_eq!(header(&response, "content-length"), Some("1099511627776"));
        assert!(read(&mut response, 1_000_000).await.len() >= 1_000_000);
    }

    #[tokio::test]
    async fn a_connection_can_be_closed_before_and_within_the_answer() {
        let (provider, response) = with_fault(Fault::Close).await;
        let error = response.unwrap_err();
        assert!(error.is_request() && !error.is_timeout(), "{error:?}");
        until(|| provider.jwks_traffic().in_flight == 0).await;
        for fault in [Fault::ShortBody, Fault::CutChunks] {
            let (provider, mut response) = answer_of(fault.clone()).await;
            let document = provider.jwks().to_string();
            let length = document.len().to_string();
            let declared = matches!(fault, Fault::ShortBody).then_some(&*length);
            assert_eq!(header(&response, "content-length"), declared);
            assert_eq!(
                read(&mut response, document.len() / 2).await,
                document.as_bytes()[..document.len() / 2]
            );
            assert!(response.chunk().await.is_err(), "{fault:?}");
        }
    }

    #[tokio::test]
    async fn a_bomb_is_small_on_the_wire() {
        let (provider, response) = answer_of(Fault::Gzip(8_000_000)).await;
        assert_eq!(header(&response, "content-encoding"), Some("gzip"));
        let packed = response.bytes().await.unwrap();
        assert!(packed.len() < 16_000, "{}", packed.len());
        let mut body = Vec::new();
        GzDecoder::new(&*packed).read_to_end(&mut body).unwrap();
        assert_eq!(body.len(), provider.jwks().to_string().len() + 8_000_000);
        assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), provider.jwks());
    }

    #[tokio::test]
    async fn a_redirect_leads_to_the_decoy_which_counts_who_follows() {
        let decoy = Decoy::start(json!({"keys": []})).await.unwrap();
        for status in [302, 307, 308] {
            let (_, response) = answer_of(decoy.redirect(status)).await;
            assert_eq!(response.status(), status);
            assert_eq!(header(&response, "location"), Some(decoy.url()));
        }
        assert!(decoy.requests().is_empty());
        // One that follows is seen.
        let provider = IdentityProvider::start().await.unwrap();
        provider.jwks_fault(decoy.redirect(302));
        let body = reqwest::get(provider.jwks_uri()).await.unwrap().text().await.unwrap();
        assert_eq!(body, r#"{"keys":[]}"#);
        assert_eq!(decoy.requests().len(), 1);
    }

    #[tokio::test]
    async fn redirects_stay_on_the_loopback_interface() {
        let refused = Fault::redirect(302, "http://192.0.2.1/jwks");
        assert!(matches!(refused, Err(Error::NotLoopback(_))));
        let (_, response) = answer_of(Fault::redirect(302, "http://localhost:1/a").unwrap()).await;
        assert_eq!(header(&response, "location"), Some("http://localhost:1/a"));
    }

    #[tokio::test]
    async fn bodies_and_their_names_can_be_wrong() {
        let (_, response) = answer_of(Fault::Html).await;
        assert_eq!(
            (response.status().as_u16(), header(&response, "content-type")),
            (200, Some("text/html; charset=utf-8"))
        );
        assert!(response.text().await.unwrap().starts_with("<!DOCTYPE html>"));
        let (provider, response) = answer_of(Fault::ContentType("text/plain")).await;
        assert_eq!(header(&response, "content-type"), Some("text/plain"));
        assert_eq!(response.text().await.unwrap(), provider.jwks().to_string());
        for (fault, expected) in [
            (Fault::Body("{\"keys\":".to_owned()), "{\"keys\":"),
            (Fault::NotJson, "this is not JSON"),
            (Fault::Empty, r#"{"keys":[]}"#),
        ] {
            let (_, response) = answer_of(fault).await;
            assert_eq!(response.status(), 200);
            assert_eq!(header(&response, "content-type"), Some("application/jwk-set+json"));
            assert_eq!(response.text().await.unwrap(), expected);
        }
    }

    #[tokio::test]
    async fn a_repeated_member_says_the_same_twice() {
        let (provider, response) = answer_of(Fault::DuplicateMembers).await;
        let text = response.text().await.unwrap();
        assert_eq!(text.matches("\"keys\":").count(), 2);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), provider.jwks());
    }

    #[tokio::test]
    async fn of_repeated_kids_the_first_and_the_last_are_right() {
        let (provider, response) = answer_of(Fault::DuplicateKids).await;
        let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        let keys = body["keys"].as_array().unwrap();
        assert_eq!(keys.len(), 12);
        for (three, published) in keys.chunks(3).zip(provider.jwks()["keys"].as_array().unwrap()) {
            assert_eq!((&three[0], &three[2]), (published, published));
            assert_eq!(three[1]["kid"], published["kid"]);
            assert_eq!(three[1]["kty"], published["kty"]);
            assert_ne!(&three[1], published);
        }
    }

    #[tokio::test]
    async fn each_endpoint_fails_for_itself() {
        let provider = IdentityProvider::start().await.unwrap();
        let client = client();
        let statuses = async || {
            let metadata = format!("{}/.well-known/openid-configuration", provider.issuer());
            let discovery = client.get(metadata).send().await.unwrap().status().as_u16();
            let jwks = client.get(provider.jwks_uri()).send().await.unwrap().status().as_u16();
            let introspection = client.post(provider.introspection_endpoint()).send().await.unwrap();
            (discovery, jwks, introspection.status().as_u16())
        };
        provider.discovery_fault(Fault::Status(501));
        assert_eq!(statuses().await, (501, 200, 400));
        provider.introspection_fault(Fault::Status(502));
        assert_eq!(statuses().await, (501, 200, 502));
        provider.discovery_fault(None);
        provider.jwks_fault(Fault::Status(503));
        assert_eq!(statuses().await, (200, 503, 502));
        provider.clear_faults();
        assert_eq!(statuses().await, (200, 200, 400));
        assert_eq!(provider.introspection_requests(), 4);
    }
}
