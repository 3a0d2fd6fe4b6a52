// `cargo toolgate doctor` with an example as it is started, and with a provider that nobody here wrote.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { startServer } from './server.mjs';

/** Looks at an example that is well, at a wrong path of it, and at one that is gone. */
export async function doctor(command, program, provider) {
  const server = await startServer(program, provider.issuer);
  try {
    const well = await examine(command, server.url);
    assert.deepEqual([well.code, well.problems, well.warnings], [0, 0, 0], JSON.stringify(well.findings));
    for (const id of ['challenge', 'bad-token', 'metadata', 'issuer', 'keys', 'clock']) {
      assert.equal(well.severity(id), 'ok', id);
    }
    const elsewhere = await examine(command, `${server.url}/elsewhere`);
    assert.deepEqual([elsewhere.code, elsewhere.problems], [1, 1]);
    assert.match(elsewhere.findings[0].help, /with its path/);
  } finally {
    await server.stop();
  }
  const gone = await examine(command, server.url);
  assert.deepEqual([gone.code, gone.severity('reachable')], [1, 'problem']);
}

/** The report, and how the command ended. */
function examine(command, url) {
  return new Promise((examined, failed) => {
    execFile(command, ['toolgate', 'doctor', '--json', url], (error, stdout, stderr) => {
      if (stderr || !stdout) return failed(error ?? new Error(stderr));
      const report = JSON.parse(stdout);
      const severity = (id) => report.findings.find((finding) => finding.id === id)?.severity;
      return examined({ ...report, code: error?.code ?? 0, severity });
    });
  });
}
