//! Documents from nowhere, or none, as told.

use crate::tokens::forge::Forge;
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::time::Instant;
use toolgate::fetch::{Document, Fetch, FetchError};

pub(super) const JWKS_URI: &str = "https://idp.example/jwks";

/// Where a validator fetches from.
#[derive(Clone)]
pub(super) struct Source(Arc<Mutex<State>>);

struct State {
    start: Instant,
    answer: Answer,
    /// Answers to requests for these URLs, instead.
    answers: HashMap<String, Answer>,
    /// What was asked for, and when.
    requests: Vec<(Duration, String)>,
    running: usize,
}

#[derive(Clone)]
pub(super) enum Answer {
    Document(String),
    /// The document, after this time.
    Late(Duration, String),
    /// The document, and for how long it may be kept.
    Kept(Duration, String),
    Failure,
    Never,
    Panic,
}

/// A request under way.
struct Running(Source);

impl Source {
    /// One that has the keys of this forge.
    pub(super) fn of(forge: &Forge) -> Self {
        Self(Arc::new(Mutex::new(State {
            start: Instant::now(),
            answer: Answer::Document(forge.jwks()),
            answers: HashMap::new(),
            requests: Vec::new(),
            running: 0,
        })))
    }

    pub(super) fn answer(&self, answer: Answer) {
        self.state().answer = answer;
    }

    pub(super) fn answer_at(&self, url: &str, answer: Answer) {
        self.state().answers.insert(url.to_owned(), answer);
    }

    pub(super) fn answer_of(&self, url: &str) -> Answer {
        self.state().answers[url].clone()
    }

    /// What was asked for, in order.
    pub(super) fn requests(&self) -> Vec<String> {
        self.state().requests.iter().map(|(_, url)| url.clone()).collect()
    }

    /// When something was asked for, in whole seconds since the start.
    pub(super) fn times(&self) -> Vec<u64> {
        self.state().requests.iter().map(|(at, _)| at.as_secs()).collect()
    }

    /// How many requests are under way.
    pub(super) fn running(&self) -> usize {
        self.state().running
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.state().running -= 1;
    }
}

impl Fetch for Source {
    fn get<'a>(
        &'a self,
        url: &'a reqwest::Url,
    ) -> Pin<Box<dyn Future<Output = Result<Document, FetchError>> + Send + 'a>> {
        Box::pin(async move {
            let answer = {
                let mut state = self.state();
                let at = state.start.elapsed();
                state.requests.push((at, url.to_string()));
                state.running += 1;
                state.answers.get(url.as_str()).unwrap_or(&state.answer).clone()
            };
            let _running = Running(self.clone());
            match answer {
                Answer::Document(document) => Ok(document.into()),
                Answer::Late(delay, document) => {
                    tokio::time::sleep(delay).await;
                    Ok(document.into())
                }
                Answer::Kept(max_age, document) => Ok(Document::from(document).with_max_age(max_age)),
                Answer::Failure => Err(FetchError::new("told to fail")),
                Answer::Never => std::future::pending().await,
                Answer::Panic => panic!("told to panic"),
            }
        })
    }
}
