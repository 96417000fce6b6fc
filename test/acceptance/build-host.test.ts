import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../base/wait-until.js';
import { Developer } from '../support/cli/developer.js';
import { MotoStore } from '../support/moto/moto-store.js';
import { prepareMachine } from '../support/nodes/docker-machine.js';
import { ControllerProcess } from '../support/server/controller-process.js';
import { createTestDatabase, type TestDatabase } from '../support/server/database.js';

interface Operation {
  id: string;
  kind: string;
  state: string;
  waiting_for: string | null;
}

/** docs/operating.md, "A host for builds". Without moto (PyPI) `npm test` leaves this file out and says why. */
describe('a host for builds', function () {
  this.timeout(180_000);
  const [controller, builder] = [new ControllerProcess(), new ControllerProcess()] as const;
  let store: MotoStore;
  let db: TestDatabase;
  let ada: Developer;

  const settings = (): Record<string, string> => {
    const { bucket, prefix, endpoint, region, keys } = store.place;
    return {
      DATABASE_URL: db.url,
      DEIS_INSTANCE: controller.instance,
      DEIS_MASTER_KEY_FILE: join(controller.dataDir, 'master.key'),
      DEIS_PROVIDERS: 'mock',
      DEIS_STORE: `s3://${bucket}/${prefix}`,
      DEIS_STORE_ENDPOINT: endpoint!,
      DEIS_STORE_REGION: region!,
      DEIS_STORE_PATH_STYLE: 'yes',
      DEIS_STORE_KEY_ID: keys!.id,
      DEIS_STORE_SECRET_KEY: keys!.secret.reveal(),
    };
  };
  const newest = async (): Promise<Operation> => (await ada.json<Operation[]>(['ops']))[0]!;
  const began = ({ logPath }: ControllerProcess, id: string): boolean =>
    readFileSync(logPath, 'utf8')
      .split('\n')
      .some((line) => line.includes('"msg":"operation begins"') && line.includes(id));

  before(async function () {
    this.timeout(600_000);
    await prepareMachine();
    [store, db] = await Promise.all([MotoStore.start(), createTestDatabase()]);
    await controller.start({ ...settings(), DEIS_BUILD_ELSEWHERE: 'yes' });
    ada = new Developer(controller, 'ada');
    await ada.makeKey();
    await ada.startApp('node-hello');
    await ada.register();
    await ada.deis(['create', '--id=shop', '--flavor=mock', '--known-hosts=yes']);
    await ada.deis(['layers:scale', 'runtime=1', 'proxy=1']);
  });

  after(async () => {
    await builder.remove();
    await controller.remove();
    await db?.close();
    await store?.stop();
  });

  it('takes the push that waits for it, and deploys what it has built', async () => {
    const options = { cwd: ada.app, env: ada.env, all: true, reject: false, timeout: 150_000 } as const;
    const push = execa('git', ['push', 'deis', 'master'], { ...options, stdin: 'ignore' });
    const waits = async (): Promise<Operation | undefined> => {
      const operation = await newest();
      return operation.kind === 'push' && operation.waiting_for === 'worker' ? operation : undefined;
    };
    const { id } = await waitUntil(waits, { deadlineMs: 60_000, intervalMs: 200, what: 'the push to wait' });
    // It has no API of its own, and tells of the other's.
    const { port } = new URL(controller.running.url);
    await builder.start({ ...settings(), DEIS_ROLES: 'build', DEIS_PORT: port });
    const { exitCode, all } = await push;
    assert.equal(exitCode, 0, all);
    assert.match(all, /Waiting for a worker/);
    assert.equal((await ada.json<{ live_release: number }>(['info'])).live_release > 0, true);
    assert.deepEqual([began(controller, id), began(builder, id)], [false, true]);
  });

  it('leaves all else to the others, and empties its own caches', async () => {
    await ada.deis(['config:set', 'A=1']);
    const config = await newest();
    assert.deepEqual([began(controller, config.id), began(builder, config.id)], [true, false], config.kind);
    await ada.deis(['builds:cache', 'clear']);
    const cleared = await newest();
    assert.deepEqual(
      [began(controller, cleared.id), began(builder, cleared.id)],
      [false, true],
      cleared.kind,
    );
  });
});
