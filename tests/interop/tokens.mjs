// Tokens without a person: opaque ones, those of a service, and those whose key is gone.

import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { RESOURCE_SERVER, SERVICE, startProvider } from './provider.mjs';
import { startServer } from './server.mjs';

const MODERN = '2026-07-28';
/** After a fetch it takes so long until keys are fetched again because of a token whose key nobody knows. */
const UNKNOWN_KEY_PAUSE = 31_000;

/** Opaque tokens, by introspection. `secretFile` is where this client's secret is put. */
export async function opaqueTokens(program, provider, secretFile) {
  const server = await startServer(program, provider.issuer, {
    path: '/opaque',
    options: ['--client-id', RESOURCE_SERVER.id, '--client-secret-file', secretFile],
  });
  try {
    const token = await serviceToken(provider, server.url, 'read:tools');
    assert.ok(!token.includes('.'), 'the provider gives opaque tokens for this resource');
    const { status, body } = await call(server.url, token, 'whoami');
    assert.equal(status, 200);
    assert.equal(body.result.structuredContent.subject, SERVICE.id);
    assert.deepEqual(body.result.structuredContent.scopes, ['read:tools']);
    assert.equal((await call(server.url, `${token}x`, 'whoami')).status, 401);
    await revoke(provider, token);
    // What was found out is remembered for a minute at most, and this server has asked just now.
    assert.ok([200, 401].includes((await call(server.url, token, 'whoami')).status));
    const another = await serviceToken(provider, server.url, 'read:tools');
    await revoke(provider, another);
    assert.equal((await call(server.url, another, 'whoami')).status, 401);
  } finally {
    await server.stop();
  }
}

/** Tokens of a client in its own name, and of other resources. */
export async function serviceTokens(program, provider) {
  const server = await startServer(program, provider.issuer);
  try {
    const token = await serviceToken(provider, server.url, 'read:tools write:tools');
    assert.equal((await call(server.url, token, 'list_notes')).status, 200);
    const update = { resource_id: 'acme-1', text: 'x' };
    const refused = await call(server.url, token, 'update_note', update);
    assert.equal(refused.status, 403, 'a service has no roles');
    assert.equal(refused.challenge, null);
    const foreign = await serviceToken(provider, 'http://127.0.0.1:1/other', 'read:tools');
    const { status, challenge } = await call(server.url, foreign, 'whoami');
    assert.equal(status, 401);
    assert.match(challenge, /error="invalid_token"/);
  } finally {
    await server.stop();
  }
}

/** New keys, with and without the old ones. Takes a minute. */
export async function rotation(program) {
  const provider = await startProvider();
  const server = await startServer(program, provider.issuer);
  try {
    const old = await serviceToken(provider, server.url, 'read:tools');
    assert.equal((await call(server.url, old, 'whoami')).status, 200);
    provider.rotate({ keepOld: true });
    const next = await serviceToken(provider, server.url, 'read:tools');
    assert.equal((await call(server.url, next, 'whoami')).status, 401, 'a provider that signs before it publishes');
    await setTimeout(UNKNOWN_KEY_PAUSE);
    for (const token of [next, old]) assert.equal((await call(server.url, token, 'whoami')).status, 200);

    provider.rotate({ keepOld: false });
    await setTimeout(UNKNOWN_KEY_PAUSE);
    const last = await serviceToken(provider, server.url, 'read:tools');
    assert.equal((await call(server.url, last, 'whoami')).status, 200);
    for (const token of [next, old]) assert.equal((await call(server.url, token, 'whoami')).status, 401, 'its key is gone');
  } finally {
    await server.stop();
    provider.stop();
  }
}

/** A token of the service itself for this resource. */
export async function serviceToken(provider, resource, scope) {
  const response = await post(`${provider.issuer}/token`, SERVICE, { grant_type: 'client_credentials', resource, scope });
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()).access_token;
}

async function revoke(provider, token) {
  assert.equal((await post(`${provider.issuer}/token/revocation`, SERVICE, { token })).status, 200);
}

function post(url, client, form) {
  const credentials = Buffer.from(`${client.id}:${client.secret}`).toString('base64');
  return fetch(url, {
    method: 'POST',
    headers: { authorization: `Basic ${credentials}` },
    body: new URLSearchParams(form),
  });
}

/** Calls a tool by hand. */
async function call(url, token, name, args = {}) {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': MODERN,
    'io.modelcontextprotocol/clientInfo': { name: 'interop', version: '1.0.0' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'mcp-protocol-version': MODERN,
      'mcp-method': 'tools/call',
      'mcp-name': name,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args, _meta } }),
  });
  const text = await response.text();
  const data = text.startsWith('{') ? text : text.split('\n').find((line) => line.startsWith('data: {'))?.slice(6);
  return { status: response.status, challenge: response.headers.get('www-authenticate'), body: data && JSON.parse(data) };
}
