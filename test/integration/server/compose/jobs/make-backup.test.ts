import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../../../../../server/observe/logger.js';
import { makeBackup } from '../../../../../server/compose/jobs/make-backup.js';
import { readSettings } from '../../../../../server/settings/settings.js';

describe('the job backup', function () {
  this.timeout(20_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'deis-job-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A controller's program that writes down what it is called with. */
  function jobWith(script: string, env: Record<string, string> = {}): ReturnType<typeof makeBackup> {
    const program = join(folder, 'deis-controller');
    writeFileSync(program, `#!/bin/sh\necho "$@" >> ${folder}/calls\n${script}\n`);
    chmodSync(program, 0o755);
    const settings = readSettings({ DEIS_BACKUP_HOURS: '24', ...env });
    return makeBackup(settings, { log: createLogger('fatal') }, [program]);
  }
  const calls = (): string[] => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
  const { signal } = new AbortController();

  it('makes a backup once a day', async () => {
    const job = jobWith('');
    assert.equal(job.everyMs, 86_400_000);
    await job.run(signal);
    assert.deepEqual(calls(), ['backup create']);
  });

  it('verifies it where the settings have what opens it', async () => {
    await jobWith('', { DEIS_BACKUP_IDENTITY_FILE: '/etc/deis/backup.key' }).run(signal);
    assert.deepEqual(calls(), ['backup create', 'backup verify']);
  });

  it('fails with what the command said, and verifies nothing then', async () => {
    const job = jobWith('echo "the disk is full" >&2; exit 2', {
      DEIS_BACKUP_PASSPHRASE_FILE: '/etc/deis/phrase',
    });
    await assert.rejects(job.run(signal), /backup create: the disk is full/);
    assert.deepEqual(calls(), ['backup create']);
  });

  it('ends its process when it is given up', async () => {
    const abort = new AbortController();
    const run = jobWith('exec sleep 600').run(abort.signal);
    abort.abort(new Error('the controller stops'));
    await assert.rejects(run, /the controller stops/);
  });
});
