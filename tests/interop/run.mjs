// Real clients against real servers and a real provider. Arguments: the directory with the built examples.

import { scenario } from './scenario.mjs';
import { startProvider } from './provider.mjs';
import { startServer } from './server.mjs';
import { python } from './python.mjs';
import { version1, version2 } from './typescript.mjs';

const [examples] = process.argv.slice(2);
const provider = await startProvider();
const CLIENTS = {
  'TypeScript SDK 1': (url) => version1(url),
  'TypeScript SDK 2, sessions': (url) => version2(url, 'legacy'),
  'TypeScript SDK 2, 2026-07-28': (url) => version2(url, { pin: '2026-07-28' }),
  'Python SDK, sessions': (url) => python(url, 'legacy'),
  'Python SDK, 2026-07-28': (url) => python(url, '2026-07-28'),
};

let failures = 0;
for (const example of ['notes', 'notes_pmcp']) {
  for (const [name, client] of Object.entries(CLIENTS)) {
    const server = await startServer(`${examples}/${example}`, provider.issuer);
    try {
      await scenario(client(server.url));
      console.log(`ok      ${example}: ${name}`);
    } catch (error) {
      failures += 1;
      console.log(`FAILED  ${example}: ${name}\n${error.stack}`);
    } finally {
      await server.stop();
    }
  }
}
provider.stop();
process.exitCode = failures === 0 ? 0 : 1;
