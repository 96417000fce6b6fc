import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { isBaseDue } from '../../../../server/backup/point-in-time/base-due.js';
import type { WantedTime } from '../../../../server/backup/point-in-time/choose-recovery.js';
import { readCluster } from '../../../../server/backup/point-in-time/recovery-index.js';
import { restoreToTimeFromSettings } from '../../../../server/commands/backup/backup-to-time.js';
import { controllerProgram } from '../../../support/server/controller-process.js';
import { pageCommands } from '../../../support/source/page-commands.js';
import { RecoveryBench } from '../../../support/server/recovery-bench.js';

describe('point in time', function () {
  this.timeout(120_000);
  let bench: RecoveryBench;
  afterEach(() => bench.close());

  const restore = (time: WantedTime, env = {}, more = {}): Promise<void> =>
    restoreToTimeFromSettings(bench.context(env), time, { replace: [], ...more });

  it('restores a moment between two commits, then another timeline, then the last moment', async () => {
    bench = await RecoveryBench.create();
    await bench.archiver.round();
    await bench.commit('before');
    await bench.base();
    const between = await bench.commit('first');
    await bench.commit('second');
    await bench.archiver.round();
    await bench.lose();

    await restore(between);
    assert.match(
      bench.lines.at(-1)!,
      /^restored instance [0-9a-f]{8} as of 20\S+ to .*: start the controller$/,
    );
    await bench.start();
    assert.deepEqual(await bench.users(), ['before', 'first']);

    // No base backup of the new timeline yet.
    await bench.archiver.round();
    const third = await bench.commit('third');
    await bench.commit('fourth');
    await bench.archiver.round();
    await bench.lose();
    await restore(third);
    await bench.start();
    assert.deepEqual(await bench.users(), ['before', 'first', 'third']);

    await bench.commit('fifth');
    await bench.archiver.round();
    // Nothing is committed after what is restored: the log ends before PostgreSQL finds a place to stop at.
    const { segment } = (await readCluster(bench.kept)).reaches.at(-1)!;
    await bench.archiver.round();
    assert.equal(
      (await readCluster(bench.kept)).reaches.at(-1)!.segment,
      segment,
      'an idle database is not copied',
    );
    await bench.lose();
    await restore('latest');
    await bench.start();
    assert.deepEqual(await bench.users(), ['before', 'first', 'third', 'fifth']);
  });

  it('loses nothing while the place is away, and restores nothing with a wrong key', async () => {
    bench = await RecoveryBench.create((it) => it.passphrase());
    await bench.archiver.round();
    await bench.base();
    // A file in the place of the folder: nothing can be written there.
    renameSync(bench.backups, `${bench.backups}.away`);
    writeFileSync(bench.backups, '');
    const first = await bench.commit('away');
    await assert.rejects(bench.archiver.round(), /ENOTDIR|EEXIST/);
    await bench.commit('later');
    await assert.rejects(bench.archiver.round(), /ENOTDIR|EEXIST/);
    assert.ok(bench.archiver.waitingBytes >= 2 * 16 * 1024 ** 2);
    rmSync(bench.backups);
    renameSync(`${bench.backups}.away`, bench.backups);
    await bench.archiver.round();
    assert.equal(bench.archiver.waitingBytes, 0);
    assert.ok(bench.archiver.until!.getTime() >= first.getTime());
    await bench.lose();

    const refuses = async (time: WantedTime, expected: RegExp, env = {}): Promise<void> => {
      await assert.rejects(restore(time, env), expected);
      assert.equal(existsSync(bench.dataDir), false);
    };
    await refuses(new Date('2001-01-01'), /cannot be restored: its log was not kept.*nothing was written/);
    await refuses(first, /a PostgreSQL of your own/, { DATABASE_URL: 'postgres://a@127.0.0.1/b' });
    const noKey = { DEIS_MASTER_KEY_FILE: join(bench.keys, 'none') };
    await refuses(first, /the master key is not in this archive.*nothing was written/, noKey);
    bench.passphrase('wrong horse battery');
    await refuses(first, /does not open with the given passphrase.*nothing was written/);
    bench.passphrase();
    const names = (await bench.kept.files()).map(({ name }) => name);
    const last = names
      .filter((name) => /^wal-[0-9A-F]{24}\.age$/.test(name))
      .sort()
      .at(-1)!;
    const spoilt = join(bench.kept.title, last);
    const good = readFileSync(spoilt);
    writeFileSync(spoilt, good.subarray(0, good.length - 1));
    await refuses(first, /[0-9A-F]{24} in .* cannot be read: nothing was written/);
    writeFileSync(spoilt, good);

    await restore(first);
    await bench.start();
    assert.deepEqual(await bench.users(), ['away']);
  });

  it('gives the log up beyond its bound, not the database, and asks for a base backup then', async () => {
    bench = await RecoveryBench.create();
    await bench.archiver.round();
    await bench.base();
    await bench.archiver.round();
    await bench.commit('lost');
    const bounded = bench.archiverOf(16 * 1024 ** 2 - 1);
    await assert.rejects(
      bounded.round(),
      /1 segments of the log were given up.*the next base backup begins again/,
    );
    await bench.commit('kept');
    await bench.archiver.round();
    const kept = await readCluster(bench.kept);
    assert.equal(isBaseDue(kept, { timeline: 1, everyMs: 3600_000, now: new Date() }), true);
    await bench.base();
    await bench.archiver.round();
    const again = await readCluster(bench.kept);
    assert.equal(isBaseDue(again, { timeline: 1, everyMs: 3600_000, now: new Date() }), false);
  });

  it('is restored by the commands of docs/backup.md', async () => {
    bench = await RecoveryBench.create();
    const follow = async (heading: string): Promise<string> => {
      const commands = pageCommands('backup.md', heading)
        .replaceAll('/etc/deis/keys/', `${bench.keys}/`)
        .replaceAll('/var/backups/deis', bench.backups)
        .replaceAll('/var/lib/deis', bench.dataDir)
        .replaceAll('deis-controller', `'${process.execPath}' '${controllerProgram}'`);
      const env = { ...bench.env, DEIS_MASTER_KEY_FILE: '' };
      return (await execa('sh', ['-eux', '-c', commands], { env, all: true, timeout: 100_000 })).all;
    };
    // Where the settings have it unless they say otherwise.
    copyFileSync(join(bench.keys, 'master.key'), join(bench.dataDir, 'master.key'));
    await bench.archiver.round();
    const made = await follow('Any moment');
    assert.match(made, /^base-\d{8}T\d{6}Z  \d+\.\d MB  in /m);
    await bench.commit('last');
    await bench.archiver.round();
    await bench.lose();
    assert.match(await follow('Restore a moment'), /^restored instance [0-9a-f]{8} as of /m);
    await bench.start();
    assert.deepEqual(await bench.users(), ['last']);
  });
});
