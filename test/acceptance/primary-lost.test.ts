import assert from 'node:assert/strict';
import { join } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../base/wait-until.js';
import { openDatabase } from '../../server/store/database.js';
import { Developer } from '../support/cli/developer.js';
import { MotoStore } from '../support/moto/moto-store.js';
import { prepareMachine } from '../support/nodes/docker-machine.js';
import { ControllerProcess } from '../support/server/controller-process.js';
import { ReplicatedPostgres } from '../support/server/replicated-postgres.js';

interface Operation {
  id: string;
  kind: string;
  state: string;
  finished_at: string | null;
  error: unknown;
}

/** What one of the formations is asked for, as fast as it answers. */
interface Asked {
  /** Every request that was sent. */
  sent: number;
  /** Operations of those that were accepted. */
  readonly accepted: string[];
}

/**
 * ACCEPTANCE.md: the control plane survives. Two controllers that share no file: a store in S3 (moto), a database with
 * a standby. Where PyPI does not give moto, `npm test` leaves this file out and says why; its offline sibling is
 * test/integration/server/store/find-primary.test.ts.
 */
describe('two controllers whose primary database dies', function () {
  this.timeout(240_000);
  const [one, two] = [new ControllerProcess(), new ControllerProcess()] as const;
  const names = ['a', 'b', 'c'];
  let store: MotoStore;
  let servers: ReplicatedPostgres;
  let ada: Developer;
  let token: string;

  const settings = (): Record<string, string> => {
    const { bucket, prefix, endpoint, region, keys } = store.place;
    return {
      DATABASE_URL: servers.url,
      DEIS_INSTANCE: one.instance,
      DEIS_MASTER_KEY_FILE: join(one.dataDir, 'master.key'),
      DEIS_PROVIDERS: 'mock',
      DEIS_STORE: `s3://${bucket}/${prefix}`,
      DEIS_STORE_ENDPOINT: endpoint!,
      DEIS_STORE_REGION: region!,
      DEIS_STORE_PATH_STYLE: 'yes',
      DEIS_STORE_KEY_ID: keys!.id,
      DEIS_STORE_SECRET_KEY: keys!.secret.reveal(),
    };
  };

  before(async function () {
    this.timeout(600_000);
    await prepareMachine();
    [store, servers] = await Promise.all([MotoStore.start(), ReplicatedPostgres.start()]);
    await one.start(settings());
    // One alone keeps logs and images.
    await two.start({ ...settings(), DEIS_ROLES: 'api,git,worker' });
    ada = new Developer(one, 'ada');
    await ada.makeKey();
    await ada.startApp('node-hello');
    await ada.register();
    ({ token } = await ada.json<{ token: string }>(['tokens:create', 'test']));
    for (const id of names) await one.ask('POST', '/api/formations', { token, body: { id } });
    await ada.deis(['create', '--id=shop', '--flavor=mock', '--known-hosts=yes']);
    await ada.deis(['layers:scale', 'runtime=1', 'proxy=1']);
    await ada.git(['push', 'deis', 'master']);
  });

  after(async () => {
    await two.remove();
    await one.remove();
    await servers?.remove();
    await store?.stop();
  });

  const operationsOf = async (name: string): Promise<Operation[]> => {
    const path = `/api/formations/${name}/operations?limit=1000`;
    return (await two.ask<{ results: Operation[] }>('GET', path, { token })).results;
  };
  const ended = (name: string, id: string, deadlineMs: number): Promise<Operation> =>
    waitUntil(
      async () => {
        const all = await operationsOf(name).catch(() => []);
        return all.find((each) => each.id === id && each.finished_at !== null);
      },
      { deadlineMs, intervalMs: 200, what: `operation ${id} of ${name} to end` },
    );
  const live = async (): Promise<number> =>
    (await ada.json<{ live_release: number | null }>(['info'])).live_release ?? 0;
  /** Sets a variable, by way of one of the controllers. Resolves to the operation; undefined: it was not accepted. */
  const set = async (name: string, asked: Asked): Promise<string | undefined> => {
    asked.sent += 1;
    const body = { values: { [`K${asked.sent}`]: String(asked.sent) } };
    const headers = { Prefer: 'respond-async' };
    const path = `/api/formations/${name}/config`;
    const answer = [one, two][asked.sent % 2]!.ask<{ id: string }>('POST', path, { token, body, headers });
    const id = (await answer.catch(() => undefined))?.id;
    if (id !== undefined) asked.accepted.push(id);
    return id;
  };

  it('carry out all that they had accepted, nothing twice, and say what became of a push', async () => {
    const before = await live();
    ada.write(
      'package.json',
      JSON.stringify({ scripts: { build: "node -e 'setTimeout(() => {}, 8000)'", start: 'node server.js' } }),
    );
    await ada.commit('Build slowly');
    const options = { cwd: ada.app, env: ada.env, all: true, reject: false, timeout: 200_000 } as const;
    const push = execa('git', ['push', 'deis', 'master'], { ...options, stdin: 'ignore' });
    const beginning = async (): Promise<Operation | undefined> =>
      (await operationsOf('shop')).find(({ state, finished_at: end }) => end === null && state === 'running');
    const pushed = await waitUntil(beginning, { deadlineMs: 60_000, intervalMs: 100, what: 'the build' });

    const asked = new Map<string, Asked>(names.map((name) => [name, { sent: 0, accepted: [] }]));
    let isOver = false;
    const work = Promise.all(
      names.map(async (name) => {
        while (!isOver) await set(name, asked.get(name)!);
      }),
    );
    const busy = async (): Promise<true | undefined> =>
      names.every((name) => asked.get(name)!.accepted.length > 3) ? true : undefined;
    await waitUntil(busy, { deadlineMs: 60_000, intervalMs: 50, what: 'operations' });

    const died = performance.now();
    await servers.killPrimary();
    await servers.promote();
    const again = (): Promise<string | undefined> => set('a', asked.get('a')!);
    const next = await waitUntil(again, {
      deadlineMs: 60_000,
      intervalMs: 50,
      what: 'an operation to be taken',
    });
    assert.equal((await ended('a', next, 60_000)).state.replace('superseded', 'succeeded'), 'succeeded');
    const seconds = (performance.now() - died) / 1000;
    console.log(`      ${seconds.toFixed(1)} s from the death of the primary to the next finished operation`);
    assert.ok(
      seconds < 60,
      `${seconds.toFixed(1)} s from the death of the primary to the next finished operation`,
    );
    isOver = true;
    await work;

    for (const name of names) {
      const { sent, accepted } = asked.get(name)!;
      for (const id of accepted) await ended(name, id, 60_000);
      const all = new Map((await operationsOf(name)).map((each) => [each.id, each]));
      const isDone = (id: string): boolean =>
        ['succeeded', 'superseded'].includes(all.get(id)?.state ?? 'lost');
      assert.deepEqual(
        accepted.filter((id) => !isDone(id)).map((id) => all.get(id) ?? id),
        [],
        name,
      );
      const path = `/api/formations/${name}/releases?limit=1000`;
      const { results } = await two.ask<{ results: { version: number }[] }>('GET', path, { token });
      const versions = results.map(({ version }) => version).sort((a, b) => a - b);
      assert.deepEqual(
        versions,
        versions.map((_, index) => index + 1),
        name,
      );
      // One whose answer was lost may have been accepted.
      assert.ok(
        accepted.length <= versions.length && versions.length <= sent,
        `${accepted.length}, ${versions.length}, ${sent}`,
      );
    }
    const database = openDatabase({ url: servers.url, poolSize: 1 });
    try {
      const { rows } = await database.raw<{ rows: unknown[] }>(
        `select operations.id from operations
         join operation_events on operation_events.operation_id = operations.id and operation_events.type = 'end'
         group by operations.id having count(*) <> 1`,
      );
      assert.deepEqual(rows, [], 'each operation ends once');
    } finally {
      await database.destroy();
    }

    const { exitCode, all } = await push;
    const { state } = await ended('shop', pushed.id, 120_000);
    const now = await live();
    assert.equal(now > before, state === 'succeeded', `v${before}, v${now}, ${state}: ${all}`);
    // Who pushed is told so, or where it is to be seen.
    if (exitCode === 0) assert.equal(state, 'succeeded', all);
    else assert.ok(state !== 'succeeded' || all.includes(pushed.id), `${state}: ${all}`);
    ada.write('package.json', JSON.stringify({ scripts: { start: 'node server.js' } }));
    await ada.commit('Build at once');
    await ada.git(['push', 'deis', 'master']);
    assert.ok((await live()) > now);
  });
});
