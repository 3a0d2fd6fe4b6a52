//! A validator that says what it is told to, and counts.

use crate::tokens::forge::NOW;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::time::sleep;
use toolgate::validator::{TokenError, ValidateError};
use toolgate::{BearerToken, Claims, Clock, Unavailable, Validator};

pub(crate) const ISSUER: &str = "https://idp.example";

#[derive(Clone)]
pub(crate) struct Script(Arc<Mutex<State>>);

struct State {
    answer: Answer,
    /// What is said to who asks anew, if it is something else.
    answer_anew: Option<(Answer, Duration)>,
    delay: Duration,
    calls: usize,
    anew: usize,
    running: usize,
    most_running: usize,
}

#[derive(Clone)]
pub(crate) enum Answer {
    /// Claims of this subject, until this second since the epoch.
    Claims(&'static str, u64),
    /// Claims of this many bytes at least.
    Long(usize),
    Refused(TokenError),
    Unavailable,
    Panic,
}

pub(crate) const GOOD: Answer = Answer::Claims("alice", NOW + 3600);

impl Script {
    pub(crate) fn new(answer: Answer) -> Self {
        Self(Arc::new(Mutex::new(State {
            answer,
            answer_anew: None,
            delay: Duration::ZERO,
            calls: 0,
            anew: 0,
            running: 0,
            most_running: 0,
        })))
    }

    pub(crate) fn answer(&self, answer: Answer) {
        self.state().answer = answer;
    }

    /// Who asks anew gets another answer, after this time.
    pub(crate) fn answer_anew(&self, answer: Answer, delay: Duration) {
        self.state().answer_anew = Some((answer, delay));
    }

    /// Every answer takes this long.
    pub(crate) fn delay(&self, delay: Duration) {
        self.state().delay = delay;
    }

    /// How often it was asked.
    pub(crate) fn calls(&self) -> usize {
        self.state().calls
    }

    /// How often it was asked anew.
    pub(crate) fn anew(&self) -> usize {
        self.state().anew
    }

    pub(crate) fn most_running(&self) -> usize {
        self.state().most_running
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// What is said is decided when it is asked, as an issuer would.
    async fn run(&self, anew: bool) -> Result<Claims, ValidateError> {
        let (answer, delay) = {
            let mut state = self.state();
            state.running += 1;
            state.most_running = state.most_running.max(state.running);
            let plain = (state.answer.clone(), state.delay);
            state.answer_anew.clone().filter(|_| anew).unwrap_or(plain)
        };
        let _running = Running(self);
        if !delay.is_zero() {
            sleep(delay).await;
        }
        match answer {
            Answer::Claims(subject, exp) => Ok(Claims::assert(ISSUER, subject).with_expiry(Duration::from_secs(exp))),
            Answer::Long(bytes) => {
                let claims = Claims::assert(ISSUER, "alice").with_tenant(&"t".repeat(bytes));
                Ok(claims.with_expiry(Duration::from_secs(NOW + 3600)))
            }
            Answer::Refused(error) => Err(error.into()),
            Answer::Unavailable => Err(Unavailable::new("told to fail").into()),
            Answer::Panic => panic!("told to panic"),
        }
    }
}

struct Running<'a>(&'a Script);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.state().running -= 1;
    }
}

impl Validator for Script {
    async fn validate(&self, _: &BearerToken) -> Result<Claims, ValidateError> {
        self.state().calls += 1;
        self.run(false).await
    }

    async fn validate_anew(&self, _: &BearerToken) -> Result<Claims, ValidateError> {
        self.state().anew += 1;
        self.run(true).await
    }

    fn issuers(&self) -> Vec<String> {
        vec![ISSUER.to_owned()]
    }
}

/// A clock with two hands.
#[derive(Clone)]
pub(crate) struct Hands(Arc<Mutex<(Duration, Duration)>>);

impl Hands {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new((Duration::from_secs(NOW), Duration::ZERO))))
    }

    /// Time goes on.
    pub(crate) fn pass(&self, seconds: u64) {
        let mut hands = self.0.lock().unwrap();
        hands.0 += Duration::from_secs(seconds);
        hands.1 += Duration::from_secs(seconds);
    }

    /// Somebody sets the clock.
    pub(crate) fn set(&self, seconds: i64) {
        let mut hands = self.0.lock().unwrap();
        hands.0 = Duration::from_secs(hands.0.as_secs().checked_add_signed(seconds).unwrap());
    }
}

impl Clock for Hands {
    fn unix_time(&self) -> Duration {
        self.0.lock().unwrap().0
    }

    fn monotonic(&self) -> Duration {
        self.0.lock().unwrap().1
    }
}

/// A token of this text.
pub(crate) fn token(text: &str) -> BearerToken {
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {text}")).unwrap());
    BearerToken::from_headers(&headers).unwrap().unwrap()
}
