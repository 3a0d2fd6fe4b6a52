//! What each status means to a client.
//!
//! | status | why | what a client can do |
//! | --- | --- | --- |
//! | 200 with a result | it ran | |
//! | 200 with `isError` | wrong arguments (the text says which), or "not found or not permitted": tenant, owner, check | mend the arguments; not try again |
//! | 200 with `isError`, "try again later" | it could not be found out whether the call is allowed, or it could not be recorded, and the answer had begun | wait, try again |
//! | 200 with -32602 | no such tool, prompt or resource, or none that this caller may know of | ask for the list again |
//! | 200 with -32002 | the same of a resource, in protocol versions before 2026-07-28 | ask for the list again |
//! | 202 | a notification, which is not answered | |
//! | 204 | a preflight of a known page | |
//! | 400 with -32700 or -32600 | not JSON, a member given twice, nested too deeply, a batch, an id that is none | mend the message |
//! | 400 with -32020 | a header does not say what the body says | mend the headers |
//! | 400 with -32022 | the server does not speak this protocol version | take one of those that the error names |
//! | 400 with a challenge | two `Authorization` headers | send one |
//! | 401 without `error` | no token | get one, with the scopes of the challenge |
//! | 401 with `invalid_token` | expired, revoked, foreign, bad; it is not said which | get another; the user if refreshing does not help |
//! | 401 with `insufficient_user_authentication` | the login is too weak or too old (RFC 9470) | have the user log in as the challenge says |
//! | 403 with `insufficient_scope` | a scope is missing; the challenge names all that the operation needs | step up |
//! | 403 without a challenge | a role is missing, or the host or the page is not known | nothing: no token helps |
//! | 404 to a request with a session id | a session that is not there any more, or is somebody else's | begin a new session |
//! | 404 with -32601 | the server does not know the method (2026-07-28; before, 200 with that code) | do without |
//! | 404 otherwise | the path | mend the URL |
//! | 405 | a stream without a session, or a method that MCP has no use for | POST |
//! | 406 | `Accept` does not name both `application/json` and `text/event-stream` | mend the headers |
//! | 408 | the body did not arrive in 30 seconds | send it again |
//! | 409 | with `pmcp`: a session has a stream already | use that one, or begin a new session |
//! | 413 | more than 4 MiB; without a token more than 64 KiB is too much, and a 401 | send less |
//! | 415 | not `application/json`, or compressed | mend the headers |
//! | 429 with `Retry-After` | the tool was called too often, or too many bad tokens came from there | wait that long |
//! | 500 | with `pmcp`: the server's own list of tools is too long or not readable | nothing |
//! | 503 with `Retry-After` | it could not be found out whether the token is good, or a call that has to be recorded could not be | keep the token, wait, try again |
//!
//! What is answered after the head of an answer was sent cannot be a status: so the layer decides before, by all that can be known
//! without the arguments. What depends on them is an error result.
//!
//! Without a token, a request that cannot be read is a 401 like all others, also where some tool is public: what cannot be read is not
//! public. There are two exceptions: a body that did not arrive is a 408, and a gate that knows no callers says what is wrong, since no
//! token would help there. The id of the request stands in every error whose body was read. Bodies of requests with a bad token are not.
//!
//! A `WWW-Authenticate` header stands only where a new authorization can help. Clients take any 403 that has one for missing scopes, and
//! would send their user to log in again and again.
