import { createHash, randomUUID } from 'node:crypto';
import {
  chmodSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import pg from 'pg';
import { makeKey } from '../../../server/backup/make-key.js';
import { Secret } from '../../../base/secret.js';
import type { CommandContext } from '../../../server/commands/command-context.js';
import { DataDirectory } from '../../../server/data-directory.js';
import { partPath } from '../../../server/registry/image-layout.js';
import {
  registryFolder,
  RegistryStorage,
  type StoredImage,
} from '../../../server/registry/registry-storage.js';
import { readSettings } from '../../../server/settings/settings.js';
import { masterKeyCheck } from '../../../server/store/sealing/master-key.js';
import { writeSmallImage } from '../apps/small-image.js';
import { createTestDatabase, testPostgres, type TestDatabase } from './database.js';
import { storeFormation, storeLayer, storeLiveApp } from './stored-formation.js';

/** The key that test databases are sealed under, as a file holds it. */
export const testMasterKey = `${'07'.repeat(32)}\n`;

/** A controller's database and data directory with something of each kind in them, and folders for archives. */
export class BackupBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'deis-backup-'));
  readonly dataDir = join(this.folder, 'data');
  readonly backups = join(this.folder, 'backups');
  readonly passphraseFile = join(this.folder, 'passphrase');
  readonly identityFile = join(this.folder, 'identity');
  readonly registry = new RegistryStorage(registryFolder(this.dataDir));
  #recipient = '';
  readonly lines: string[] = [];
  readonly #databases: string[] = [];
  #count = 0;

  private constructor(readonly db: TestDatabase) {}

  static async create(): Promise<BackupBench> {
    const bench = new BackupBench(await createTestDatabase());
    await bench.#fill();
    return bench;
  }

  async close(): Promise<void> {
    await this.db.close();
    const { url } = await testPostgres();
    for (const name of this.#databases) await asAdmin(url, `drop database if exists ${name} with (force)`);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What an operator's environment says of the controller that is backed up. */
  env(more: Record<string, string> = {}): Record<string, string> {
    return {
      DATABASE_URL: this.db.url,
      DEIS_DATA_DIR: this.dataDir,
      DEIS_BACKUP_TO: this.backups,
      DEIS_BACKUP_RECIPIENTS: this.#recipient,
      DEIS_BACKUP_IDENTITY_FILE: this.identityFile,
      ...more,
    };
  }

  /** The same, with a passphrase in place of keys. */
  readonly withPassphrase = {
    DEIS_BACKUP_RECIPIENTS: '',
    DEIS_BACKUP_IDENTITY_FILE: '',
    DEIS_BACKUP_PASSPHRASE_FILE: this.passphraseFile,
  };

  /** An empty database, and a data directory that is not there yet. @param key whether the master key is put there */
  async bareHost({ key = true } = {}): Promise<Record<string, string>> {
    const name = `bare_${process.pid}_${randomUUID().slice(0, 8)}`;
    const { url } = await testPostgres();
    await asAdmin(url, `create database ${name}`);
    this.#databases.push(name);
    const bare = new URL(url);
    bare.pathname = `/${name}`;
    this.#count += 1;
    const dataDir = join(this.folder, `bare-${this.#count}`);
    const env = this.env({ DATABASE_URL: bare.href, DEIS_DATA_DIR: dataDir });
    if (key) writeMasterKey(dataDir);
    return env;
  }

  /** Of a command with these settings; what it prints is in `lines`. */
  context(env: Record<string, string>): CommandContext {
    const tell = (line: string): void => void this.lines.push(line);
    return { settings: () => readSettings(env), misspelt: [], print: tell, progress: tell };
  }

  archives(): string[] {
    return readdirSync(this.backups).sort();
  }

  /** A user with a provider, a formation with layer, node, release, config, a repository and a slug. */
  async #fill(): Promise<void> {
    const { stores } = this.db;
    writeFileSync(this.passphraseFile, 'correct horse battery\n', { mode: 0o600 });
    this.#recipient = await makeKey(this.identityFile);
    writeMasterKey(this.dataDir);
    await stores.instanceFacts.set(masterKeyCheck, new Secret('opened'));
    const folder = await DataDirectory.open(this.dataDir, { shared: true });
    await folder.instanceId(stores.instanceFacts, undefined);
    await folder.checkSharedBy(stores.instanceFacts);
    await folder.close();
    const stored = await storeFormation(stores, 'app');
    await storeLiveApp(stores, await storeLayer(stores, stored));
    await stores.configs.insert({
      formationId: stored.formation.id,
      createdBy: null,
      values: { GREETING: 'tab\there, back\\slash, ünï' },
    });
    const slug = Buffer.alloc(300_000, 'slug');
    const sha256 = createHash('sha256').update(slug).digest('hex');
    mkdirSync(join(this.dataDir, 'slugs', sha256), { recursive: true });
    writeFileSync(join(this.dataDir, 'slugs', sha256, 'app.tgz'), slug);
    await this.db.database('builds').update({ slug_path: `${sha256}/app.tgz`, slug_sha256: sha256 });
    this.commit('one');
  }

  /** Records a build of `app` whose image is this. */
  async addImageBuild(id: string): Promise<void> {
    const formation = await this.db.stores.formations.byName('app');
    await this.db.stores.builds.insert({
      id: randomUUID(),
      formationId: formation!.id,
      createdBy: null,
      gitCommit: 'c0ffee',
      procfile: {},
      buildpack: 'Dockerfile',
      kind: 'image',
      reference: 'app:c0ffee',
      digest: id,
      port: null,
      size: 1,
    });
  }

  /** An image of `app` in the registry's folder, as the registry keeps one. Resolves to what it is made of. */
  async addImage(layers: readonly Buffer[], { named = true } = {}): Promise<StoredImage> {
    const { place, id, layers: digests } = writeSmallImage(this.folder, layers);
    const manifest = readFileSync(join(place, 'digest'), 'utf8');
    const image = { formation: 'app', id, manifest, parts: [id, ...new Set(digests)] };
    for (const digest of [manifest, ...image.parts])
      await this.registry.putPart(digest, createReadStream(partPath(place, { digest })));
    await this.registry.link(image);
    if (named) await this.addImageBuild(id);
    return image;
  }

  /** Adds a commit to the repository of `app`. */
  commit(text: string): void {
    const path = join(this.dataDir, 'repos', 'app.git');
    mkdirSync(path, { recursive: true });
    const git = (args: readonly string[], input = ''): string =>
      execFileSync('git', args, {
        cwd: path,
        input,
        encoding: 'utf8',
        timeout: 20_000,
        env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
      }).trim();
    git(['init', '--quiet', '--bare', '--initial-branch=master', '.']);
    const blob = git(['hash-object', '-w', '--stdin'], text);
    const tree = git(['mktree'], `100644 blob ${blob}\tfile.txt\n`);
    const who = ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com'];
    const id = git([...who, 'commit-tree', '-m', text, tree]);
    git(['update-ref', 'refs/heads/master', id]);
    git(['update-ref', 'refs/deis/ops/1', id]);
  }
}

function writeMasterKey(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(join(dataDir, 'master.key'), testMasterKey, { mode: 0o600 });
  chmodSync(dataDir, 0o711);
}

async function asAdmin(adminUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
