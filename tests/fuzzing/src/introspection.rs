//! What an introspection endpoint answers.

use crate::naive::Tree;
use crate::party::{AUDIENCE, ISSUER, Still, bearer, run};
use crate::token::{is_begun_and_not_over, is_ours, is_plain};
use std::pin::Pin;
use std::sync::Arc;
use toolgate::fetch::{Answer, Document, Fetch, FetchError, Form};
use toolgate::validator::introspection::{ClientCredentials, ClientSecret};
use toolgate::validator::{TokenError, ValidateError};
use toolgate::{Caller, IntrospectionValidator, Validator as _};

/// The input is an answer: a line with the status and the type of the content, and the body.
///
/// 1. What is no answer, by a second, naive reading, says nothing about the token: that is nobody's 401.
/// 2. That a token is not active is believed.
/// 3. Of a token that is active, what is accepted is for us, in time, of our issuer, and not bound to its sender; and the caller is
///    who the answer says.
pub fn introspection(input: &[u8]) {
    let Some((status, content_type, body)) = answer(input) else {
        return;
    };
    let fetch = Always(Arc::new(Answer::new(status, content_type, body)));
    let validator = IntrospectionValidator::builder()
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .client(ClientCredentials::secret_basic(
            "notes",
            ClientSecret::from("secret".to_owned()),
        ))
        .endpoint("https://idp.example/introspect")
        .fetch(fetch)
        .clock(Still);
    let validator = validator.build().unwrap();
    let media_type = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let tree = Tree::read(body).filter(|tree| tree.is_object() && tree.is_strict());
    let tree = tree.filter(|_| status == 200 && media_type == "application/json");
    let active = tree.as_ref().and_then(|tree| match tree.member("active") {
        Some(Tree::Bool(active)) => Some(*active),
        _ => None,
    });
    match (run(validator.validate(&bearer("opaque").unwrap())), active) {
        (Err(ValidateError::Unavailable(_)), None) | (Err(ValidateError::Token(TokenError::Inactive)), Some(false)) => {
        }
        (Err(ValidateError::Token(error)), Some(true)) => assert!(error != TokenError::Inactive),
        (Ok(claims), Some(true)) => check(&Caller::assert(claims), tree.as_ref().unwrap()),
        (result, active) => unreachable!("{result:?}, and active is {active:?}"),
    }
}

/// The status, the type of the content and the body.
fn answer(input: &[u8]) -> Option<(u16, &str, &[u8])> {
    let end = input.iter().position(|byte| *byte == b'\n')?;
    let (line, body) = input.split_at(end);
    let (status, content_type) = str::from_utf8(line).ok()?.split_once(' ')?;
    Some((status.parse().ok()?, content_type, body.strip_prefix(b"\n")?))
}

fn check(caller: &Caller, answer: &Tree) {
    assert!(answer.member("iss").is_none_or(|issuer| issuer.text() == Some(ISSUER)));
    assert!(is_ours(answer), "accepted for another");
    assert!(is_plain(answer), "accepted, but no plain access token");
    assert!(is_begun_and_not_over(answer), "accepted at the wrong time");
    let subject = answer.member("sub").or(answer.member("client_id"));
    assert_eq!(subject.and_then(Tree::text), Some(caller.subject()));
    assert_eq!(caller.issuer(), ISSUER);
}

/// Answers every question with this.
struct Always(Arc<Answer>);

type Fetched<'a, T> = Pin<Box<dyn Future<Output = Result<T, FetchError>> + Send + 'a>>;

impl Fetch for Always {
    fn get<'a>(&'a self, _: &'a url::Url) -> Fetched<'a, Document> {
        Box::pin(async { Err(FetchError::new("nothing to get here")) })
    }

    fn post<'a>(&'a self, _: &'a url::Url, _: &'a Form) -> Fetched<'a, Answer> {
        Box::pin(async { Ok(Answer::clone(&self.0)) })
    }
}
