import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Person } from '../../../quickstart/person.js';

describe("the quickstart's person", () => {
  const names = ['DEIS_CONTROLLER', 'DEIS_TOKEN', 'DEIS_PROFILE'] as const;
  const before = names.map((name) => [name, process.env[name]] as const);
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'deis-person-'));
    mkdirSync(join(dir, 'bin'));
    writeFileSync(
      join(dir, 'bin', 'deis.js'),
      `process.stdout.write(JSON.stringify(${JSON.stringify(names)}.map((name) => process.env[name] ?? null)))`,
    );
    for (const name of names) process.env[name] = 'of-the-environment';
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  it('talks to its own controller with its own login, whatever the environment says', async () => {
    const profile = join(dir, 'client.json');
    const person = new Person({ root: dir, instance: 'a1b2c3d4', dataDir: dir, profile, owner: null });
    assert.deepEqual(JSON.parse(await person.deis(['whoami'])), [null, null, person.profile]);
  });
});
