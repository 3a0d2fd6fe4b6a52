//! Revocations, told and heard.

use super::Inner;
use super::key_ring::{Domain, Key, MAX_OVERHEAD};
use super::link::{Nothing, count};
use crate::revocation::{Heard, Revocations, TokenId, WeakRevocations};
use futures_util::StreamExt as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval, sleep};

/// How often it is looked for what was missed.
const PERIOD: Duration = Duration::from_secs(5);
/// How soon a connection is tried again.
const RETRY: Duration = Duration::from_secs(1);
/// Redis' clock may be set back by so many milliseconds between two looks.
const OVERLAP: u64 = 60_000;
/// A token's id, and when it expires.
const RECORD: usize = 32 + 8;
const BATCH: usize = 100;
/// So many records are asked for at a time.
const PAGE: usize = 1000;
/// So many times as many as can be held are looked at, whatever somebody put there: there may be several of one token.
const MAX_TIMES: usize = 10;
const MIN_PAGES: usize = 10;
/// So many may be of the same millisecond: far more than Redis adds in one.
const MAX_SAME: usize = 10_000;

/// Adds records to the set by time and to that by expiry, takes those that have expired out of both, and publishes the new ones.
const ADD: &str = "
local now = redis.call('TIME')[1]
local stamp = redis.call('TIME')
stamp = stamp[1] * 1000 + math.floor(stamp[2] / 1000)
for i = 3, #ARGV, 2 do
  redis.call('ZADD', KEYS[1], stamp, ARGV[i])
  redis.call('ZADD', KEYS[2], ARGV[i + 1], ARGV[i])
end
for _, old in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now - ARGV[2], 'LIMIT', 0, 200)) do
  redis.call('ZREM', KEYS[1], old)
  redis.call('ZREM', KEYS[2], old)
end
for i = 3, #ARGV, 2 do redis.call('PUBLISH', ARGV[1], ARGV[i]) end
return 1";

/// Gives the time, from where to read on, and of a page of records since a time those that are not too long.
///
/// A page ends with all that are of the time of its last record, and the next one begins after that time. (If it was to begin
/// after so many records, some would be passed over whenever another instance takes some out meanwhile.) There is no next one if
/// this one was not full, and it is `?` if too many records are of one time.
const READ: &str = "
local stamp = redis.call('TIME')
local page = redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
local fit = {}
local function keep(record)
  if #record <= tonumber(ARGV[4]) then fit[#fit + 1] = record end
end
local last, after = nil, ''
if #page == 2 * ARGV[2] then
  last = page[#page]
  after = '(' .. last
  local same = redis.call('ZRANGEBYSCORE', KEYS[1], last, last, 'LIMIT', 0, ARGV[3])
  if #same == tonumber(ARGV[3]) then after = '?' end
  for _, record in ipairs(same) do keep(record) end
end
for i = 1, #page, 2 do
  if page[i + 1] ~= last then keep(page[i]) end
end
return {stamp[1] * 1000 + math.floor(stamp[2] / 1000), after, fit}";

/// Tells and hears until the last handle of these revocations is gone.
pub(super) async fn share(state: Arc<Inner>, revocations: WeakRevocations) {
    let channels: Vec<String> = state.keys.iter().map(channel).collect();
    let mut was_connected = true;
    while revocations.is_alive() {
        let connected = connected(&state, &revocations, &channels, &mut was_connected).await;
        if let Err(error) = connected {
            if was_connected {
                tracing::warn!(target: "toolgate::shared", ?error, "revocations are not shared for now");
            }
            was_connected = false;
            tokio::select! {
                () = sleep(RETRY) => {}
                () = revocations.gone() => {}
            }
        }
    }
}

/// Listens first and then looks, so that nothing falls between the two.
async fn connected(
    state: &Inner,
    revocations: &WeakRevocations,
    channels: &[String],
    is_connected: &mut bool,
) -> Result<(), Nothing> {
    let mut heard = state.link.subscribe(channels).await?.into_on_message();
    let mut since = Since::default();
    let mut is_first = true;
    let mut ticks = interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = revocations.news() => {}
            _ = ticks.tick() => {
                let Some(revocations) = revocations.upgrade() else { return Ok(()) };
                let heard = if is_first || revocations.overflow() {
                    since = Since::default();
                    Heard::All
                } else {
                    Heard::Some
                };
                let (found, complete) = look(state, &mut since, revocations.limit()).await?;
                if is_first {
                    tracing::info!(target: "toolgate::shared", "revocations are shared");
                    *is_connected = true;
                    // What somebody deleted is told again.
                    revocations.reconcile(&found);
                    is_first = false;
                }
                revocations.heard(&found, if complete { heard } else { Heard::TooMany });
            }
            message = heard.next() => {
                let message = message.ok_or(Nothing::Unreachable)?;
                let Some(revocations) = revocations.upgrade() else { return Ok(()) };
                let found = open(state, message.get_payload_bytes());
                revocations.heard(found.as_slice(), Heard::Some);
            }
        }
        let Some(revocations) = revocations.upgrade() else {
            return Ok(());
        };
        if !is_first {
            tell(state, &revocations).await?;
        }
    }
}

/// By Redis' clock, in milliseconds, for each key.
#[derive(Default)]
struct Since(Vec<u64>);

/// What was added since the last look, and whether that is all of it.
async fn look(state: &Inner, since: &mut Since, limit: usize) -> Result<(Vec<(TokenId, Duration)>, bool), Nothing> {
    let max_pages = (limit.saturating_mul(MAX_TIMES) / PAGE).max(MIN_PAGES);
    let mut all = Vec::new();
    let mut complete = true;
    for (index, key) in state.keys.iter().enumerate() {
        if since.0.len() <= index {
            since.0.push(0);
        }
        let Some(start) = since.0.get_mut(index) else { continue };
        let mut first = None;
        let mut from = start.saturating_sub(OVERLAP).to_string();
        let mut pages = 0;
        while !from.is_empty() {
            if pages == max_pages || from == "?" {
                complete = false;
                break;
            }
            pages += 1;
            let mut command = redis::cmd("EVAL");
            command.arg(READ).arg(1).arg(key.name(Domain::RevocationsByTime, &[]));
            command.arg(&from).arg(PAGE).arg(MAX_SAME).arg(RECORD + MAX_OVERHEAD);
            let page = state
                .link
                .run_in_background::<(u64, String, Vec<Vec<u8>>)>(&command)
                .await;
            let (now, after, records) = match page {
                Ok(page) => page,
                Err(Nothing::Odd) => {
                    count("tampered");
                    break;
                }
                Err(Nothing::Unreachable) => return Err(Nothing::Unreachable),
            };
            first.get_or_insert(now);
            all.extend(records.iter().filter_map(|record| open(state, record)));
            from = after;
        }
        *start = first.unwrap_or(*start);
    }
    Ok((all, complete))
}

/// Tells what others do not know of yet.
async fn tell(state: &Inner, revocations: &Revocations) -> Result<(), Nothing> {
    let Some(key) = state.keys.newest() else { return Ok(()) };
    loop {
        let news = revocations.unshared(BATCH);
        if news.is_empty() {
            return Ok(());
        }
        let mut command = redis::cmd("EVAL");
        command.arg(ADD).arg(2);
        command.arg(key.name(Domain::RevocationsByTime, &[]));
        command.arg(key.name(Domain::RevocationsByExpiry, &[]));
        command.arg(channel(key)).arg(crate::revocation::AFTER_EXPIRY.as_secs());
        for (id, expires_at) in &news {
            let mut record = id.0.to_vec();
            record.extend_from_slice(&expires_at.as_secs().to_be_bytes());
            if let Some(record) = key.seal(Domain::Revocation, "", &record) {
                command.arg(record).arg(expires_at.as_secs());
            }
        }
        match state.link.run_in_background::<()>(&command).await {
            Ok(()) => revocations.mark_shared(&news),
            Err(Nothing::Odd) => {
                count("tampered");
                return Ok(());
            }
            Err(Nothing::Unreachable) => return Err(Nothing::Unreachable),
        }
    }
}

/// A revocation that one of our keys sealed. Everything else is ignored.
fn open(state: &Inner, record: &[u8]) -> Option<(TokenId, Duration)> {
    let opened = state.keys.open(Domain::Revocation, "", record);
    let read = opened.and_then(|record| {
        let (id, expires_at) = record.split_first_chunk::<32>()?;
        let expires_at = u64::from_be_bytes(expires_at.try_into().ok()?);
        Some((TokenId(*id), Duration::from_secs(expires_at)))
    });
    if read.is_none() {
        count("tampered");
    }
    read
}

fn channel(key: &Key) -> String {
    key.name(Domain::RevocationsChannel, &[])
}
