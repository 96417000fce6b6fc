import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CliError } from '../../../../cli/terminal/errors.js';
import { ProfileStore } from '../../../../cli/controller/profile.js';

describe('the client profile', () => {
  const home = mkdtempSync(join(tmpdir(), 'deis-profile-'));
  const store = new ProfileStore({ env: {}, home });
  const profile = {
    controller: 'http://127.0.0.1:8000',
    username: 'ada',
    token: 't0ken',
    git: '127.0.0.1:2222',
  };
  after(() => rmSync(home, { recursive: true }));

  it('is nothing before the first login', async () => {
    assert.equal(await store.load(), undefined);
  });

  it('lies where only its user can read it, also over an open file', async () => {
    await store.save(profile);
    assert.equal(statSync(join(home, '.deis')).mode & 0o777, 0o700);
    assert.equal(statSync(store.path).mode & 0o777, 0o600);
    writeFileSync(store.path, '{}', { mode: 0o644 });
    await store.save(profile);
    assert.equal(statSync(store.path).mode & 0o777, 0o600);
    assert.deepEqual(await store.load(), profile);
  });

  it('is elsewhere with DEIS_PROFILE', () => {
    assert.equal(
      new ProfileStore({ env: { DEIS_PROFILE: '/elsewhere/client.json' }, home }).path,
      '/elsewhere/client.json',
    );
  });

  for (const text of [
    '',
    'null',
    '[]',
    '{"controller":"x","username":"a","token":"b"}',
    '{"controller":"http://x","username":"a"}',
  ]) {
    it(`refuses ${JSON.stringify(text)} and says what to do`, async () => {
      writeFileSync(store.path, text);
      await assert.rejects(
        store.load(),
        (error: unknown) =>
          error instanceof CliError && error.exitCode === 3 && /log in again/.test(error.details.join()),
      );
    });
  }
});
