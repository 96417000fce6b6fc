import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { execa } from 'execa';
import pg from 'pg';
import { makeKey } from '../../server/backup/make-key.js';
import { embeddedHome } from '../../server/store/postgres/embedded-home.js';
import { clusterPlace, defaultShared } from '../../server/store/postgres/cluster-place.js';
import { EmbeddedPostgres } from '../../server/store/postgres/embedded-postgres.js';
import { ControllerProcess, controllerProgram } from '../../test/support/server/controller-process.js';
import type { Benchmark, Figure } from '../benchmark.js';
import { DebianPostgres } from './debian-postgres.js';
import { fillController } from './filled-controller.js';
import { familyMb, peakMb, residentMb } from './memory.js';
import { secondsOf } from '../seconds-of.js';

const programMs = 6 * 3600_000;

/** `[DATABASE_MB] [SLUGS_MB] [IDLE_SECONDS]`; in full `100 5000 60` and `1000 5000 60`. */
export const benchmark: Benchmark = {
  about: 'backup, verify and restore beside pg_dump, pg_restore and tar; memory of an idle controller',
  measure: async ({ args, talk }) => {
    const [databaseMb = 20, slugsMb = 50, idleSeconds = 15] = args.map(Number);
    const idle = await measureIdle(idleSeconds);
    talk(idle.map(({ name, value }) => `${name}: ${value.toFixed(0)} MB`).join(', '));
    const folder = await mkdtemp(join(tmpdir(), 'deis-bench-'));
    const debian = await DebianPostgres.start(folder);
    if (debian === undefined) talk("Debian's package postgresql is not installed: nothing to compare with");
    try {
      const bench = new BackupMeasure(folder, debian, talk);
      return [...(await bench.measure({ databaseMb, slugsMb })), ...idle];
    } finally {
      await debian?.stop();
      await EmbeddedPostgres.remove(join(folder, 'postgres'));
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** A whole controller with its own PostgreSQL, which nobody asks anything. */
async function measureIdle(seconds: number): Promise<Figure[]> {
  const controller = new ControllerProcess();
  try {
    await controller.start();
    await pause(seconds * 1000);
    const own = residentMb(controller.running.pid);
    const { cluster } = await clusterPlace(embeddedHome(controller.dataDir), defaultShared());
    const [pid] = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    const note = `${seconds} s after its start`;
    return [
      { name: 'idle controller', value: own, unit: 'MB', target: { atMost: 300 }, note },
      {
        name: 'idle controller with its PostgreSQL',
        value: own + familyMb(Number(pid)),
        unit: 'MB',
        target: { atMost: 500 },
        note,
      },
    ];
  } finally {
    await controller.remove();
  }
}

interface Sizes {
  readonly databaseMb: number;
  readonly slugsMb: number;
}

class BackupMeasure {
  #made = 0;

  constructor(
    private readonly folder: string,
    private readonly debian: DebianPostgres | undefined,
    private readonly talk: (line: string) => void,
  ) {}

  async measure(sizes: Sizes): Promise<Figure[]> {
    const { folder, talk } = this;
    const url = await this.#database();
    const dataDir = await fillController(folder, url, sizes);
    const identity = join(folder, 'identity');
    const keys = {
      DEIS_BACKUP_TO: join(folder, 'backups'),
      DEIS_BACKUP_RECIPIENTS: await makeKey(identity),
      DEIS_BACKUP_IDENTITY_FILE: identity,
    };
    const env = { ...keys, DATABASE_URL: url, DEIS_DATA_DIR: dataDir };
    talk(`a database of ${sizes.databaseMb} MB, slugs of ${sizes.slugsMb} MB`);
    let peak = 0;
    const create = await secondsOf(async () => (peak = await peakMb(command(env, 'create'))));
    const verify = await secondsOf(() => command(env, 'verify'));
    talk(`backup create ${create.toFixed(1)} s, verify ${verify.toFixed(1)} s`);
    const bare = { ...keys, DATABASE_URL: await this.#database(), DEIS_DATA_DIR: join(folder, 'restored') };
    await mkdir(bare.DEIS_DATA_DIR, { mode: 0o711 });
    await cp(join(dataDir, 'master.key'), join(bare.DEIS_DATA_DIR, 'master.key'));
    const restore = await secondsOf(() => command(bare, 'restore'));
    talk(`backup restore ${restore.toFixed(1)} s`);
    const peer = this.debian && (await this.#peer(this.debian, url, dataDir));
    const note = `${sizes.databaseMb} MB of database, ${sizes.slugsMb} MB of slugs`;
    return [
      ...beside('backup create', create, peer && { name: 'pg_dump and tar', value: peer.dump }, note),
      ...beside('backup restore', restore, peer && { name: 'pg_restore and tar', value: peer.restore }, note),
      { name: 'backup verify', value: verify, unit: 's', note },
      { name: 'backup create, memory at most', value: peak, unit: 'MB', target: { atMost: 300 }, note },
    ];
  }

  /** What an operator would type instead: compressed, and neither encrypted nor compared with anything. */
  async #peer(
    debian: DebianPostgres,
    url: string,
    dataDir: string,
  ): Promise<{ dump: number; restore: number }> {
    const [dumped, packed] = [join(this.folder, 'peer.dump'), join(this.folder, 'peer.tar')];
    const dump = await secondsOf(async () => {
      await debian.run('pg_dump', ['--format=custom', `--file=${dumped}`, url]);
      await execa('tar', ['-cf', packed, '-C', dataDir, 'slugs'], { timeout: programMs });
    });
    const target = await this.#database();
    const into = join(this.folder, 'peer');
    await mkdir(into);
    const restore = await secondsOf(async () => {
      await debian.run('pg_restore', ['--no-owner', '--exit-on-error', `--dbname=${target}`, dumped]);
      await execa('tar', ['-xf', packed, '-C', into], { timeout: programMs });
    });
    const megabytes = ((await stat(dumped)).size + (await stat(packed)).size) / 1e6;
    this.talk(
      `pg_dump and tar ${dump.toFixed(1)} s (${megabytes.toFixed(0)} MB), back ${restore.toFixed(1)} s`,
    );
    return { dump, restore };
  }

  /** An empty one: of Debian's PostgreSQL, else of the embedded one. */
  async #database(): Promise<string> {
    this.#made += 1;
    const name = `bench_${this.#made}`;
    if (this.debian !== undefined) return this.debian.database(name);
    const { url } = await EmbeddedPostgres.start({ home: join(this.folder, 'postgres'), maxConnections: 60 });
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`create database ${name}`).finally(() => client.end());
    const made = new URL(url);
    made.pathname = `/${name}`;
    return made.href;
  }
}

function beside(
  name: string,
  value: number,
  peer: { readonly name: string; readonly value: number } | undefined,
  note: string,
): Figure[] {
  const own = { name, value, unit: 's', note };
  if (peer === undefined) return [own];
  return [
    own,
    { name: peer.name, value: peer.value, unit: 's', note: `${note}, not encrypted` },
    { name: `${name} over ${peer.name}`, value: value / peer.value, unit: 'x' },
  ];
}

function command(env: Readonly<Record<string, string>>, verb: 'create' | 'verify' | 'restore') {
  return execa(process.execPath, [controllerProgram, 'backup', verb], { env, timeout: programMs });
}
