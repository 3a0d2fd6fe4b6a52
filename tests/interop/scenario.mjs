// What every client has to be able to do, and what it must not.

import assert from 'node:assert/strict';

/**
 * Goes through it with one client. `connect(user)` gives an object with `tools()`, `call(name, arguments)`, `asked` (the
 * scopes of each log-in so far), `spoilAccessToken()` and `close()`. A call gives what the SDK gives, and throws what it throws.
 */
export async function scenario(connect) {
  const alice = await connect('alice');
  // Nobody has to log in for what is public, and sees nothing else.
  assert.deepEqual(await alice.tools(), ['server_time']);
  assert.ok((await said(alice.call('server_time', {}))).seconds > 0);
  assert.deepEqual(alice.asked, []);

  // 401: discovery, registration, and a log-in for what the challenge named.
  const { scopes, ...who } = await said(alice.call('whoami', {}));
  assert.deepEqual(who, { subject: 'alice', tenant: 'acme', roles: ['manager'] });
  assert.deepEqual(alice.asked.map(sorted), ['read:tools']);
  assert.ok(scopes.includes('read:tools') && !scopes.includes('write:tools'));
  const tools = await alice.tools();
  // What lacks only a scope shows too, or nobody could ask for it.
  for (const tool of ['server_time', 'whoami', 'list_notes', 'update_note']) assert.ok(tools.includes(tool), `${tool} in ${tools}`);
  assert.ok(!tools.includes('delete_notes'), 'her roles do not allow it, and no scope would');

  // 403 with a challenge: the client logs in again for more, and the same call goes through.
  const update = (id) => ({ resource_id: id, text: 'A new text.' });
  const note = await said(alice.call('update_note', update('acme-1')));
  assert.equal(note.text, 'A new text.');
  assert.deepEqual(alice.asked.map(sorted), ['read:tools', 'read:tools write:tools']);

  // Another tenant's note: an answer for the model, and no log-in could help.
  const refused = await alice.call('update_note', update('globex-1'));
  assert.equal(refused.isError, true);
  assert.doesNotMatch(JSON.stringify(refused), /globex-1|tenant/);
  assert.equal(alice.asked.length, 2);

  // The access token is no good any more. Most clients refresh it and nobody notices; the Python SDK logs in again.
  await alice.spoilAccessToken();
  assert.equal((await said(alice.call('whoami', {}))).subject, 'alice');
  assert.ok(alice.asked.length <= 3);

  // She lacks the role too: refused for good, and without a challenge, so she is not asked to log in for the scope.
  const asked = alice.asked.length;
  await assert.rejects(alice.call('delete_notes', {}));
  assert.equal(alice.asked.length, asked);
  await alice.close();

  // So does he, with a token that lacks the scope and then with one that has it.
  const bob = await connect('bob');
  assert.equal((await said(bob.call('whoami', {}))).subject, 'bob');
  await assert.rejects(bob.call('update_note', update('acme-2')));
  assert.deepEqual(bob.asked.map(sorted), ['read:tools']);
  const again = await connect('bob');
  await assert.rejects(again.call('update_note', update('acme-2')));
  await assert.rejects(again.call('update_note', update('acme-2')));
  assert.deepEqual(again.asked.map(sorted), ['read:tools write:tools']);
  await again.close();

  // A provider that does not grant what the challenge asks for: the client asks once, and gives up.
  const erin = await connect('erin');
  assert.equal((await said(erin.call('whoami', {}))).subject, 'erin');
  await assert.rejects(erin.call('delete_notes', {}));
  assert.ok(sorted(erin.asked.at(-1)).includes('admin'), erin.asked);
  await erin.close();

  // Nothing of all this has run.
  const { notes } = await said(bob.call('list_notes', {}));
  const texts = notes.map(({ id, text }) => [id, text]);
  assert.deepEqual(texts, [['acme-1', 'A new text.'], ['acme-2', 'The first text of acme-2.']]);
  await bob.close();

  const carol = await connect('carol');
  assert.deepEqual(await said(carol.call('delete_notes', {})), { count: 1 });
  await carol.close();
}

async function said(call) {
  const result = await call;
  assert.ok(!result.isError, JSON.stringify(result));
  return result.structuredContent;
}

function sorted(scopes) {
  return (scopes ?? '').split(' ').filter((scope) => scope !== 'offline_access').sort().join(' ');
}
