// Real clients against real servers and a real provider. Arguments: the folder with the built examples, and parts of the
// names of what is to be tried, if not all.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conformance } from './conformance.mjs';
import { doctor } from './doctor.mjs';
import { inspector } from './inspector.mjs';
import { pages } from './page.mjs';
import { RESOURCE_SERVER, startProvider } from './provider.mjs';
import { python } from './python.mjs';
import { scenario } from './scenario.mjs';
import { startServer } from './server.mjs';
import { opaqueTokens, rotation, serviceTokens } from './tokens.mjs';
import { version1, version2 } from './typescript.mjs';

const [examples, ...wanted] = process.argv.slice(2);
const CLIENTS = {
  'TypeScript SDK 1': (url) => version1(url),
  'TypeScript SDK 2, sessions': (url) => version2(url, 'legacy'),
  'TypeScript SDK 2, 2026-07-28': (url) => version2(url, { pin: '2026-07-28' }),
  'Python SDK, sessions': (url) => python(url, 'legacy'),
  'Python SDK, 2026-07-28': (url) => python(url, '2026-07-28'),
};

const folder = mkdtempSync(join(tmpdir(), 'interop-'));
const secretFile = join(folder, 'secret');
writeFileSync(secretFile, RESOURCE_SERVER.secret);
chmodSync(secretFile, 0o600);
const provider = await startProvider();

const tries = {};
for (const example of ['notes', 'notes_pmcp']) {
  const program = join(examples, example);
  for (const [name, client] of Object.entries(CLIENTS)) {
    tries[`${example}: ${name}`] = async () => {
      const server = await startServer(program, provider.issuer);
      try {
        await scenario(client(server.url));
      } finally {
        await server.stop();
      }
    };
  }
  tries[`${example}: Inspector`] = () => inspector(program, provider);
  tries[`${example}: tokens of a service`] = () => serviceTokens(program, provider);
  tries[`${example}: doctor`] = () => doctor(join(examples, '../cargo-toolgate'), program, provider);
  tries[`${example}: opaque tokens`] = () => opaqueTokens(program, provider, secretFile);
}
tries['everything: conformance suite'] = () => conformance(join(examples, 'everything'), provider);
// Keys are no business of an SDK's.
tries['notes: rotation of keys'] = () => rotation(join(examples, 'notes'));

// Without a browser, whoever started this has said so.
if (process.env.INTEROP_CHROMIUM) Object.assign(tries, pages(process.env.INTEROP_ROOT, process.env.INTEROP_CHROMIUM));

let failures = 0;
for (const [name, attempt] of Object.entries(tries)) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
  try {
    await attempt();
    console.log(`ok      ${name}`);
  } catch (error) {
    failures += 1;
    console.log(`FAILED  ${name}\n${error.stack}`);
  }
}
provider.stop();
rmSync(folder, { recursive: true });
process.exitCode = failures === 0 ? 0 : 1;
