import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackupPlace } from '../../../../../server/backup/places/backup-place.js';
import { FolderPlace } from '../../../../../server/backup/places/folder-place.js';
import { refuseEmpty } from '../../../../../server/backup/restore/refuse-empty.js';

describe('a start that finds no database, and backups', () => {
  let folder: string;
  let target: { dataDir: string; masterKeyFile: string; databaseUrl: undefined };
  let place: BackupPlace;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'deis-empty-'));
    const dataDir = join(folder, 'data');
    target = { dataDir, masterKeyFile: join(dataDir, 'master.key'), databaseUrl: undefined };
    place = new FolderPlace(join(folder, 'backups'));
    mkdirSync(place.title);
  });
  const none = { identityFile: undefined, passphraseFile: undefined };
  const known = { ...none, identityFile: '/etc/deis/keys/backup.key' };
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const archive = (instance: string, day: string): void =>
    writeFileSync(
      join(place.title, `deis-${instance}-202611${day}T050607Z.backup.age`),
      Buffer.alloc(1_234_567),
    );

  it('begins where the place is not there, is empty, or holds other files', async () => {
    await refuseEmpty(place, target, undefined, known);
    writeFileSync(join(place.title, 'notes.txt'), '');
    await refuseEmpty(place, target, undefined, known);
    await refuseEmpty(new FolderPlace(join(folder, 'none')), target, undefined, known);
    assert.deepEqual(readdirSync(folder), ['backups']);
  });

  it('is refused, by the newest of any instance, with both commands', async () => {
    archive('0a1b2c3d', '28');
    archive('0a1b2c3d', '29');
    archive('ffffffff', '27');
    await assert.rejects(refuseEmpty(place, target, undefined, known), (error: Error) => {
      assert.equal(
        error.message,
        `${target.dataDir} holds no database of a controller, and ${place.title} holds backups. The newest is of ` +
          '2026-11-29T05:06:07.000Z, 1.2 MB, of instance 0a1b2c3d. Nothing was started.\n' +
          `  Restore it: deis-controller backup restore --from ${place.title} ` +
          'deis-0a1b2c3d-20261129T050607Z.backup.age\n' +
          '  Begin empty on purpose: deis-controller serve --begin-empty',
      );
      return true;
    });
    assert.deepEqual(readdirSync(folder), ['backups']);
  });

  it('names the file that opens an archive where the settings name none', async () => {
    archive('0a1b2c3d', '28');
    const refused = refuseEmpty(place, target, undefined, none);
    await assert.rejects(refused, /backup restore --from \/\S+ --identity-file FILE deis-/);
    await assert.rejects(refused, /FILE is what `deis-controller backup key` made.*--passphrase-file FILE/);
  });

  it('counts the backups of its own instance, where settings or folder say which that is', async () => {
    archive('ffffffff', '27');
    await refuseEmpty(place, target, '0a1b2c3d', known);
    await assert.rejects(refuseEmpty(place, target, 'ffffffff', known), /of instance ffffffff/);
    mkdirSync(target.dataDir);
    writeFileSync(join(target.dataDir, 'instance'), '0a1b2c3d\n');
    await refuseEmpty(place, target, undefined, known);
  });

  it('names what has to be replaced where the folder holds something else', async () => {
    archive('0a1b2c3d', '28');
    mkdirSync(join(target.dataDir, 'repos'), { recursive: true });
    await assert.rejects(
      refuseEmpty(place, target, undefined, known),
      /restore --from \/\S+ --replace \/\S+data deis-/,
    );
  });

  it('is refused where the place does not answer', async () => {
    writeFileSync(join(folder, 'file'), '');
    await assert.rejects(
      refuseEmpty(new FolderPlace(join(folder, 'file')), target, undefined, known),
      /does not say whether it holds backups \(ENOTDIR.*--begin-empty/,
    );
  });
});
