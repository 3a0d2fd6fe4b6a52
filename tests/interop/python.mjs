// The Python SDK, in a process of its own.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { logIn } from './browser.mjs';

const REDIRECT = 'http://127.0.0.1:1/callback';

/** The SDK, in the era that `mode` names. */
export const python = (url, mode) => async (user) => {
  const script = new URL('client.py', import.meta.url).pathname;
  const child = spawn(process.env.INTEROP_PYTHON ?? 'python3', [script, url, mode], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const asked = [];
  /** Sends a command, if there is one, and helps out until there is an answer. */
  const say = async (command) => {
    if (command) child.stdin.write(`${JSON.stringify(command)}\n`);
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error('the Python client has ended');
      const message = JSON.parse(value);
      if (message.log_in) {
        const url = new URL(message.log_in);
        asked.push(url.searchParams.get('scope'));
        const callback = await logIn(url, user, REDIRECT);
        child.stdin.write(`${JSON.stringify(Object.fromEntries(callback.searchParams))}\n`);
      } else if (message.error) {
        throw new Error(message.error);
      } else {
        return message.ok;
      }
    }
  };
  await say();
  return {
    asked,
    tools: () => say({ do: 'tools' }),
    call: (name, args) => say({ do: 'call', name, arguments: args }),
    spoilAccessToken: () => say({ do: 'spoil' }),
    async close() {
      child.stdin.end();
      await new Promise((ended) => child.once('exit', ended));
    },
  };
};
