//! Several instances of one server.
//!
//! Every request brings its token and is decided by itself, so any instance can answer any of them. What instances should know of each
//! other:
//!
//! | what | without it | with it |
//! | --- | --- | --- |
//! | sessions (protocol versions before 2026-07-28) | an id works at the instance that gave it out | [below](#sessions) |
//! | [`Revocations`](crate::Revocations) | each knows its own | `SharedState::share_revocations` (feature `redis`) |
//! | [`Rates`](crate::Rates) | each lets through the whole rate | `Rates::shared` (feature `redis`) |
//! | introspection | each asks the issuer | `SharedState::introspection` (feature `redis`) |
//! | keys of the issuer | each fetches them | the same; there is nothing to share |
//!
//! # Sessions
//!
//! Protocol version 2026-07-28 has none. Earlier ones begin with `initialize`, and the SDK answers with an id. The layer binds that id to the
//! caller with a key: a session of somebody else is a 404. Two things are needed for a session to go on at another instance:
//!
//! 1. **A common key.** [`GateBuilder::session_key`](crate::GateBuilder::session_key), the same at all instances. Without it each instance
//!    has one of its own, and takes every session of another one for a foreign one.
//! 2. **The session itself**, which is the SDK's. Either the proxy sends a session where it was opened (sticky by `Mcp-Session-Id`; the id
//!    is there after `initialize`, so the first answer decides), or instances share a store: `session_store` in the configuration of `rmcp`.
//!    `pmcp` keeps sessions in the process.
//!
//! Streams stay with the instance that opened them, and end when the token does. Answers to calls cannot be had again: the header
//! `Last-Event-ID` is taken away, because an SDK would find events by their id alone, whoever asks. In a session a lost connection
//! cancels no call, as the protocol wants it: with `rmcp` the call goes on until it is done, the client cancels it
//! (`notifications/cancelled`), or the session ends. With `pmcp` it stops: its SDK works in the task of the connection.
//!
//! ```
//! # use toolgate::plumbing::{GivenResource, GivenValidator};
//! # use toolgate::GateBuilder;
//! # type Builder = GateBuilder<GivenResource, GivenValidator>;
//! # fn share(gate: Builder, new: &[u8; 32], old: &[u8; 32]) -> Builder {
//! // The first one signs. The second is known until the sessions that it signed have ended.
//! gate.session_key("2026-11", new).session_key("2026-10", old)
//! # }
//! ```
//!
//! To change the key: give all instances the new one as the second, then as the first, then take away the old one. A client whose
//! session is gone gets a 404 and begins a new one; that is how the protocol wants it.
//!
//! # Tasks and states that clients bring back
//!
//! `pmcp` keeps tasks and continuations (`requestState`) apart by the name of their owner, which the gate tells it: issuer, kind and
//! subject. Give its store and its key to all instances. With `rmcp` they are your handler's: seal them with its `RequestStateCodec`, and
//! put [`Caller::issuer`](crate::Caller::issuer) and [`Caller::subject`](crate::Caller::subject) into the associated data.
