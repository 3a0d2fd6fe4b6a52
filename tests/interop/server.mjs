// An example of this repository as a child process.

import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';

/** Starts a server that trusts this issuer. Every server has its own store of notes. */
export async function startServer(program, issuer, { path = '/mcp', options = [] } = {}) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}${path}`;
  const child = spawn(program, ['--issuer', issuer, '--resource', url, '--listen', `127.0.0.1:${port}`, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((ready, failed) => {
    child.once('exit', (code) => failed(new Error(`${program} ended with ${code}`)));
    child.stdout.on('data', (text) => text.includes('Serving') && ready());
  });
  return {
    url,
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
