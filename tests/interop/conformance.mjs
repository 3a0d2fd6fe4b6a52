// The official conformance suite, against the same server with a gate and without: the gate must change nothing.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProxy } from './proxy.mjs';
import { startServer } from './server.mjs';
import { serviceToken } from './tokens.mjs';

/** The versions of the protocol that the suite knows and the gate promises, with how many scenarios there are at least. */
const VERSIONS = { '2025-06-18': 27, '2025-11-25': 33, '2026-07-28': 40 };
/** What the SDK itself does not pass. */
const KNOWN = new URL('conformance.txt', import.meta.url);
/** From good to bad. */
const STATUSES = ['SUCCESS', 'INFO', 'SKIPPED', 'WARNING', 'FAILURE'];
/** Of a scenario, in milliseconds. */
const TIMEOUT = '30000';

/** Runs it in all versions of the protocol. */
export async function conformance(program, provider) {
  const known = readKnown();
  const mistakes = [];
  const fails = [];
  for (const [version, scenarios] of Object.entries(VERSIONS)) {
    const bare = await run(version, (proxy) => startServer(program, undefined, { options: ['--unguarded'] }));
    const guarded = await run(version, (proxy) => startServer(program, provider.issuer, { publicUrl: proxy.url }), (proxy) =>
      serviceToken(provider, proxy.url, 'read:tools write:tools'),
    );
    assert.ok(bare.scenarios.size >= scenarios, `${version}: only ${bare.scenarios.size} scenarios were run`);
    assert.deepEqual([...guarded.scenarios].sort(), [...bare.scenarios].sort());
    for (const name of new Set([...bare.checks.keys(), ...guarded.checks.keys()])) {
      const [without, within] = [bare.checks.get(name), guarded.checks.get(name)];
      if (!without || !within) mistakes.push(`${name} is there only ${within ? 'with' : 'without'} the gate`);
      else if (rank(within) > rank(without)) mistakes.push(`${name} is ${within.status} with the gate, ${without.status} without: ${within.why}`);
    }
    for (const [name, check] of bare.checks) {
      if (rank(check) > STATUSES.indexOf('SKIPPED')) fails.push([`${name} ${check.status}`, check.why]);
    }
    const passed = [...guarded.checks.values()].filter(({ status }) => status === 'SUCCESS').length;
    console.log(`        ${version}: ${guarded.scenarios.size} scenarios, ${passed} checks pass with the gate`);
  }
  for (const [name, why] of fails) {
    console.log(`        the SDK's own: ${name}: ${why}`);
    if (!known.delete(name)) mistakes.push(`new: ${name}, without a gate too: if the SDK cannot do better, add this line to conformance.txt`);
  }
  for (const name of known) mistakes.push(`${name} does not happen any more: take the line out of conformance.txt`);
  assert.ok(mistakes.length === 0, mistakes.join('\n'));
}

/** Lines of what is known; those with `#` are for people. */
function readKnown() {
  const lines = readFileSync(KNOWN, 'utf8').split('\n');
  return new Set(lines.filter((line) => line && !line.startsWith('#')));
}

function rank({ status }) {
  const rank = STATUSES.indexOf(status);
  return rank < 0 ? STATUSES.length : rank;
}

/** Runs the suite in one version, against a server behind a proxy that gives a token to every request. */
async function run(version, start, token = () => 'unused') {
  const results = mkdtempSync(join(tmpdir(), 'conformance-'));
  const proxy = await startProxy();
  const server = await start(proxy);
  try {
    proxy.to(server.port, await token(proxy));
    const suite = new URL('node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url).pathname;
    const which = ['--suite', 'all', '--spec-version', version, '--timeout', TIMEOUT];
    const child = spawn(process.execPath, [suite, 'server', '--url', proxy.url, ...which, '--output-dir', results], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    // It ends with 1 if any check fails. What counts is what it has written down.
    await once(child, 'exit');
    return read(version, results);
  } finally {
    await server.stop();
    proxy.stop();
    rmSync(results, { recursive: true });
  }
}

/** What the suite has found: for every check the worst, since some are made several times. */
function read(version, results) {
  const scenarios = new Set();
  const checks = new Map();
  for (const folder of readdirSync(results)) {
    const [, scenario] = /^server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(folder);
    scenarios.add(scenario);
    for (const { id, name, status, errorMessage } of JSON.parse(readFileSync(join(results, folder, 'checks.json'), 'utf8'))) {
      const key = `${version} ${scenario} ${id} ${name}`;
      const check = { status, why: errorMessage ?? '' };
      if (!checks.has(key) || rank(check) > rank(checks.get(key))) checks.set(key, check);
    }
  }
  return { scenarios, checks };
}
