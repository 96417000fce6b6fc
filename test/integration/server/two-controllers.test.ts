import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../../../base/wait-until.js';
import { controllerProgram } from '../../support/server/controller-process.js';
import { createTestDatabase, type TestDatabase } from '../../support/server/database.js';
import { lendRuntimes } from '../../support/apps/prepared-runtimes.js';
import { projectRoot } from '../../support/source/source-imports.js';

describe('two controllers on one database and one data directory', function () {
  this.timeout(180_000);
  let db: TestDatabase;
  let dataDir: string;
  const children: ChildProcess[] = [];
  const logs = new Map<number, string>();

  before(async () => {
    db = await createTestDatabase();
    dataDir = mkdtempSync(join(tmpdir(), 'deis-two-'));
    await lendRuntimes(dataDir);
  });
  after(async () => {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await db.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const instance = randomBytes(4).toString('hex');
  const filesOf = (): string[] =>
    existsSync(join(dataDir, 'controllers'))
      ? readdirSync(join(dataDir, 'controllers')).map((name) => join(dataDir, 'controllers', name))
      : [];

  /** Resolves to its URL. */
  async function start(more: Record<string, string> = {}): Promise<{ child: ChildProcess; url: string }> {
    const env = {
      ...process.env,
      DATABASE_URL: db.url,
      DEIS_DATA_DIR: dataDir,
      DEIS_INSTANCE: instance,
      DEIS_PORT: '0',
      DEIS_GIT_PORT: '0',
      DEIS_SLUG_PORT: '0',
      DEIS_LEASE_SECONDS: '4',
      DEIS_WATCH_SECONDS: '0',
      ...more,
    };
    const child = spawn(process.execPath, [controllerProgram], {
      cwd: projectRoot,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    children.push(child);
    child.stderr.on('data', (chunk: Buffer) =>
      logs.set(child.pid!, `${logs.get(child.pid!) ?? ''}${chunk.toString()}`),
    );
    const find = async (): Promise<string | undefined> => {
      if (child.exitCode !== null) throw new Error(`the controller ended:\n${logs.get(child.pid!)}`);
      const own = filesOf().find((path) => path.endsWith(`-${child.pid}.json`));
      if (own === undefined) return undefined;
      const { url } = JSON.parse(readFileSync(own, 'utf8')) as { url: string };
      return (await fetch(`${url}/health`).catch(() => undefined))?.ok === true ? url : undefined;
    };
    return {
      child,
      url: await waitUntil(find, { deadlineMs: 60_000, intervalMs: 100, what: 'the controller' }),
    };
  }

  it('share 45 operations, do none twice, and lose none when one is killed in the midst of its work', async () => {
    const one = await start();
    const doomed = await start({ DEIS_FAULTS: 'kill@converge/probe:end' });
    const call = async (
      url: string,
      path: string,
      body: unknown,
      token?: string,
    ): Promise<Record<string, unknown>> => {
      const headers = {
        'Content-Type': 'application/json',
        Prefer: 'respond-async',
        Connection: 'close',
        ...(token === undefined ? {} : { Authorization: `token ${token}` }),
      };
      const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      const text = await answer.text();
      assert.ok(answer.ok, `${path}: ${answer.status} ${text}`);
      return JSON.parse(text) as Record<string, unknown>;
    };
    const { token } = await call(one.url, '/api/auth/register', {
      username: 'ada',
      password: 'correct horse battery',
      email: 'ada@example.com',
    });
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const id of names) await call(doomed.url, '/api/formations', { id }, String(token));
    const idle = (): Promise<true> =>
      waitUntil(async () => ((await db.stores.operations.unfinished()).length === 0 ? true : undefined), {
        deadlineMs: 60_000,
        intervalMs: 100,
        what: 'all operations to end',
      });
    const ids: string[] = [];
    const ask = async (url: string, id: string, verb: string, body: unknown): Promise<void> =>
      void ids.push(String((await call(url, `/api/formations/${id}/${verb}`, body, String(token)))['id']));
    for (let n = 0; n < 5; n += 1)
      await Promise.all(
        names.map((id, at) =>
          ask([one.url, doomed.url][(n + at) % 2]!, id, 'config', { values: { [`K${n}`]: String(n) } }),
        ),
      );
    await idle();
    // Every converge that it takes is its last.
    for (let round = 0; round < 10 && (round === 0 || doomed.child.signalCode === null); round += 1) {
      await Promise.all(names.flatMap((id) => [1, 2, 3, 4].map(() => ask(one.url, id, 'converge', {}))));
      await idle();
    }
    assert.equal(doomed.child.signalCode, 'SIGKILL');
    assert.ok(ids.length >= 45);
    const operations = await Promise.all(ids.map(async (id) => (await db.stores.operations.byId(id))!));
    assert.deepEqual(
      operations
        .filter(({ state }) => state !== 'succeeded' && state !== 'superseded')
        .map(({ kind, error }) => [kind, error]),
      [],
    );
    // As often as its row says: those that were under way twice, the others once. What the killed one took in
    // its last moment may lack its line: the row is written first.
    const begun = (child: ChildProcess): string[] =>
      [
        ...(logs.get(child.pid!) ?? '').matchAll(
          /"operation":"([0-9a-f-]{36})"[^\n]*"msg":"operation begins"/g,
        ),
      ].map((match) => match[1]!);
    const [mine, its] = [begun(one.child), begun(doomed.child)];
    for (const { id, state, attempts, kind } of operations) {
      const [here, there] = [mine, its].map((begins) => begins.filter((each) => each === id).length);
      const said = `${kind} ${id}: ${here} and ${there} of ${attempts}`;
      if (state === 'superseded') assert.deepEqual([here, there], [0, 0], said);
      else if (attempts === 1) assert.equal(here! + there!, 1, said);
      else assert.ok(attempts === 2 && here === 1 && there! <= 1, said);
      assert.equal(
        (await db.stores.operationEvents.listAfter(id, 0)).filter(({ type }) => type === 'end').length,
        1,
      );
    }
    assert.ok(
      operations.some(({ attempts }) => attempts === 2),
      'what it had begun was taken over',
    );
    assert.ok(its.length > 0 && mine.length > 0, `both worked: ${mine.length} and ${its.length}`);
    for (const id of names) {
      const formation = (await db.stores.formations.byName(id))!;
      const versions = (await db.stores.releases.ofFormation(formation.id)).map(({ version }) => version);
      assert.deepEqual(versions, [5, 4, 3, 2, 1], id);
    }
  });
});
