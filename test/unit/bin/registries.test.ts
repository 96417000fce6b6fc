import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

describe('tests that need a registry', () => {
  let folder: string;

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'deis-registries-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs a program of bin/test beside a program that answers as told. */
  const run = (script: string, command: string, answer: string, exit: number): [number | null, string] => {
    const path = join(folder, command);
    writeFileSync(join(folder, 'answer'), answer);
    writeFileSync(path, `#!/bin/sh\ncat '${join(folder, 'answer')}'\nexit ${exit}\n`);
    chmodSync(path, 0o755);
    const env = {
      ...process.env,
      PATH: `${folder}:${process.env['PATH']}`,
      MOTO_FOLDER: join(folder, 'moto'),
    };
    const { status, stdout } = spawnSync(process.execPath, [script], { env, encoding: 'utf8' });
    return [status, stdout.trim()];
  };
  const audit = (answer: unknown): [number | null, string] =>
    run('bin/test/audit.mjs', 'npm', typeof answer === 'string' ? answer : JSON.stringify(answer), 1);

  it('say which package has a known fault', () => {
    const fault = (name: string, severity: string) => ({ name, severity, range: '<2.0.0' });
    assert.deepEqual(
      audit({ vulnerabilities: { ssh9: fault('ssh9', 'high'), tiny: fault('tiny', 'low') } }),
      [1, 'failed: npm audit --omit=dev: ssh9 <2.0.0 (high)'],
    );
    assert.deepEqual(audit({ vulnerabilities: { tiny: fault('tiny', 'low') } }), [
      0,
      'passed: npm audit --omit=dev: nothing known',
    ]);
  });

  it('are left out by name where the registry does not answer', () => {
    const [status, said] = audit({ message: '405 Method Not Allowed - POST /advisories\nmore', error: {} });
    assert.deepEqual(
      [status, said],
      [
        0,
        'skipped: npm audit --omit=dev: the npm registry does not say: 405 Method Not Allowed - POST /advisories',
      ],
    );
    assert.match(audit('')[1], /^skipped: .*gave no answer$/);
    assert.deepEqual(run('bin/test/moto.mjs', 'python3', 'no module named venv', 1), [
      1,
      'PyPI did not give moto: no module named venv',
    ]);
  });
});
