// An example of this repository as a child process.

import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';

/**
 * Starts a server that trusts this issuer, if there is one. Every server has its own store of notes. Clients reach it at
 * `publicUrl`, if that is not its own.
 */
export async function startServer(program, issuer, { path = '/mcp', publicUrl, options = [] } = {}) {
  const port = await freePort();
  const url = publicUrl ?? `http://127.0.0.1:${port}${path}`;
  const trust = issuer ? ['--issuer', issuer, '--resource', url] : [];
  const child = spawn(program, [...trust, '--listen', `127.0.0.1:${port}`, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((ready, failed) => {
    child.once('exit', (code) => failed(new Error(`${program} ended with ${code}`)));
    child.stdout.on('data', (text) => text.includes('Serving') && ready());
  });
  return {
    url,
    port,
    async stop() {
      child.kill();
      await once(child, 'exit');
    },
  };
}

async function freePort() {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  return port;
}
