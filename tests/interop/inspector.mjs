// The Inspector's command line, with a token in a header as people use it.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startServer } from './server.mjs';
import { serviceToken } from './tokens.mjs';

const run = promisify(execFile);

/** Lists and calls tools, and is refused. */
export async function inspector(program, provider) {
  const server = await startServer(program, provider.issuer);
  // It keeps a catalogue of servers at home.
  const home = mkdtempSync(join(tmpdir(), 'inspector-'));
  try {
    const token = await serviceToken(provider, server.url, 'read:tools');
    const ask = async (...rest) => {
      const bin = new URL('node_modules/.bin/mcp-inspector', import.meta.url).pathname;
      const args = [bin, '--cli', server.url, '--transport', 'http', '--header', `Authorization: Bearer ${token}`, ...rest];
      const { stdout } = await run(process.execPath, args, { env: { ...process.env, HOME: home } });
      return JSON.parse(stdout);
    };
    const { tools } = await ask('--method', 'tools/list');
    assert.ok(tools.some((tool) => tool.name === 'list_notes'));
    assert.ok(!tools.some((tool) => tool.name === 'delete_notes'));
    const who = await ask('--method', 'tools/call', '--tool-name', 'whoami');
    assert.deepEqual(who.structuredContent.scopes, ['read:tools']);
    await assert.rejects(ask('--method', 'tools/call', '--tool-name', 'delete_notes'));
  } finally {
    await server.stop();
    rmSync(home, { recursive: true });
  }
}
