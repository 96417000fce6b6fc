import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../base/wait-until.js';
import { askAnew } from '../support/server/ask-anew.js';
import { ControllerProcess } from '../support/server/controller-process.js';
import { Developer } from '../support/cli/developer.js';
import { prepareMachine } from '../support/nodes/docker-machine.js';
import { projectRoot } from '../support/source/source-imports.js';

interface Node {
  id: string;
  layer: string;
  status: string;
  address: string;
  private_address: string | null;
}
interface Layer {
  id: string;
  kind: string;
  level: number;
  run_list: string[];
  attributes: Record<string, unknown>;
}

/**
 * docs/cookbooks.md, as an operator and a developer follow it: the example cookbook gives an app its
 * PostgreSQL.
 */
describe('a cookbook of an operator', function () {
  this.timeout(180_000);
  const controller = new ControllerProcess();
  const cookbooks = join(controller.dataDir, 'cookbooks');
  const recipe = join(cookbooks, 'mydb', 'recipes', 'server.ts');
  const password = `it's-"a"-password`;
  let developer: Developer;

  const nodes = (): Promise<Node[]> => developer.json<Node[]>(['nodes']);
  const addressOf = async (layer: string): Promise<string> => {
    const node = (await nodes()).find((each) => each.layer === layer) ?? assert.fail(`no node of ${layer}`);
    return node.private_address ?? node.address;
  };
  const onNode = async (name: string, script: string): Promise<string> =>
    (
      await execa('docker', ['exec', `deis-${controller.instance}-${name}`, 'sh', '-c', script], {
        all: true,
      })
    ).all;
  const visit = async (): Promise<{ status: number; body: string }> => {
    const answer = await askAnew(`http://${await addressOf('proxy')}/`, {
      signal: AbortSignal.timeout(10_000),
    });
    return { status: answer.status, body: await answer.text() };
  };

  before(async function () {
    this.timeout(600_000);
    await prepareMachine();
    cpSync(join(projectRoot, 'examples', 'cookbooks'), cookbooks, { recursive: true });
    await controller.start({ DEIS_COOKBOOK_PATH: cookbooks });
    developer = new Developer(controller, 'ada');
    await developer.makeKey();
    await developer.startApp('node-guestbook');
    await developer.register();
    await developer.deis(['create', '--id=guests', '--flavor=docker', '--known-hosts=yes']);
  });

  after(async () => {
    await controller.remove();
  });

  it('is refused on a layer when there is no such cookbook or recipe, or when it cannot be loaded', async () => {
    const create = async (runList: string): Promise<string> =>
      (await developer.deis(['layers:create', 'mydb', 'docker', `--run-list=${runList}`], { expect: 2 })).all;
    assert.match(
      await create('recipe[nope::server]'),
      /unknown recipe recipe\[nope::server\].*cookbooks of the operator: mydb/s,
    );
    assert.match(
      await create('recipe[mydb::client]'),
      /cookbook mydb has no recipe client: there are server/,
    );
    writeFileSync(
      join(cookbooks, 'mydb', 'recipes', 'broken.ts'),
      'export default () => [\n  oops oops\n];\n',
    );
    assert.match(
      await create('recipe[mydb::broken]'),
      /recipe\[mydb::broken\] cannot be loaded at mydb\/recipes\/broken\.ts:2/,
    );
    assert.deepEqual(
      (await developer.json<Layer[]>(['layers'])).map(({ id }) => id),
      ['runtime', 'proxy'],
    );
  });

  it('gives a custom layer its PostgreSQL', async () => {
    await developer.deis([
      'layers:create',
      'mydb',
      'docker',
      '--run_list=recipe[deis::default],recipe[mydb::server]',
      `--attributes=${JSON.stringify({ password })}`,
      '--level=30',
    ]);
    const layer = (await developer.json<Layer[]>(['layers'])).find(({ id }) => id === 'mydb');
    assert.deepEqual(
      [layer?.kind, layer?.level, layer?.run_list],
      ['custom', 30, ['recipe[deis::default]', 'recipe[mydb::server]']],
    );
    const started = performance.now();
    await developer.deis(['layers:scale', 'runtime=1', 'proxy=1', 'mydb=1']);
    console.log(`      layers:scale with a database: ${((performance.now() - started) / 1000).toFixed(1)} s`);
    assert.deepEqual((await nodes()).map(({ layer: name, status }) => [name, status]).sort(), [
      ['mydb', 'ready'],
      ['proxy', 'ready'],
      ['runtime', 'ready'],
    ]);
  });

  it('is queried by the app, which knows it from a config variable', async () => {
    const url = `postgres://app:${encodeURIComponent(password)}@${await addressOf('mydb')}/app`;
    await developer.git(['push', 'deis', 'master']);
    await developer.deis(['config:set', `DATABASE_URL=${url}`]);
    const first = await waitUntil(async () => ((await visit()).status === 200 ? visit() : undefined), {
      deadlineMs: 20_000,
      intervalMs: 300,
      what: 'the app to reach its database',
    });
    assert.deepEqual(JSON.parse(first.body), { visits: 2, client: `${await addressOf('runtime')}/32` });
    assert.equal(
      await onNode(
        'guests-mydb-1',
        'runuser -u postgres -- psql -XAt -d app -c "select count(*) from visits"',
      ),
      '2',
    );
  });

  it('lets the runtime nodes in, one that comes later too, and nobody else', async () => {
    await developer.deis(['layers:scale', 'runtime=2']);
    await developer.deis(['scale', 'web=2']);
    const addresses = (await nodes())
      .filter(({ layer }) => layer === 'runtime')
      .map((node) => `${node.private_address ?? node.address}/32`);
    const allowed = (await onNode('guests-mydb-1', 'grep ^host /etc/postgresql/15/main/pg_hba.conf'))
      .split('\n')
      .map((line) => line.split(/\s+/)[3]);
    assert.deepEqual(allowed, ['127.0.0.1/32', ...addresses.sort()]);
    const clients = await Promise.all(
      Array.from({ length: 8 }, async () => (JSON.parse((await visit()).body) as { client: string }).client),
    );
    assert.deepEqual([...new Set(clients)].sort(), addresses);
  });

  it('gives its nodes no config, and its secret to no log', async () => {
    assert.equal(await onNode('guests-mydb-1', 'grep -c DATABASE_URL /var/lib/deis/databag.json || :'), '0');
    assert.equal(
      await onNode(
        'guests-mydb-1',
        `grep -rlF "it's-" /var/log /etc/postgresql /var/lib/deis 2>/dev/null || :`,
      ),
      '',
    );
    assert.ok(!readFileSync(controller.logPath, 'utf8').includes("it's-"));
  });

  it('changes nothing in a second converge, and repairs what somebody changed by hand', async () => {
    assert.match((await developer.deis(['converge'])).all, /guests-mydb-1: 0 changed/);
    await onNode(
      'guests-mydb-1',
      'echo "host all all 0.0.0.0/0 trust" >>/etc/postgresql/15/main/pg_hba.conf; systemctl stop postgresql',
    );
    assert.match((await developer.deis(['converge'])).all, /guests-mydb-1: [23] changed/);
    assert.match((await developer.deis(['converge'])).all, /guests-mydb-1: 0 changed/);
    await waitUntil(async () => ((await visit()).status === 200 ? true : undefined), {
      deadlineMs: 20_000,
      intervalMs: 300,
      what: 'the app to reach its database again',
    });
  });

  it('follows its attributes', async () => {
    const knows = (word: string): Promise<string> =>
      onNode('guests-mydb-1', `PGPASSWORD=${word} psql -h 127.0.0.1 -U app -XAt -c 'select 1' app 2>&1 || :`);
    await developer.deis([
      'layers:update',
      'mydb',
      `--attributes=${JSON.stringify({ password: 'another-password' })}`,
    ]);
    assert.match((await developer.deis(['converge'])).all, /guests-mydb-1: [1-9] changed/);
    assert.equal(await knows('another-password'), '1');
    assert.match(await knows('a-wrong-password'), /password authentication failed/);
  });

  it('counts as it is now at the next converge; one that throws fails it, with file and line', async () => {
    const text = readFileSync(recipe, 'utf8');
    writeFileSync(
      recipe,
      text.replace(
        'password_encryption = scram-sha-256',
        'password_encryption = scram-sha-256\\nmax_connections = 42',
      ),
    );
    assert.match((await developer.deis(['converge'])).all, /guests-mydb-1: 2 changed/);
    assert.equal(
      await onNode('guests-mydb-1', 'runuser -u postgres -- psql -XAt -c "show max_connections"'),
      '42',
    );
    writeFileSync(
      recipe,
      text.replace(
        'const recipe: Recipe = (node, databag) => {',
        "const recipe: Recipe = (node, databag) => {\n  throw new Error('out of order');",
      ),
    );
    const runtime = (): Promise<string> => onNode('guests-runtime-1', 'ls -A /var/lib/deis/runs | sort');
    const before = await runtime();
    const failed = (await developer.deis(['converge'], { expect: 1 })).all;
    assert.equal(await runtime(), before, 'a node was touched');
    assert.match(
      failed,
      /guests-mydb-1.*recipe\[mydb::server\] failed at mydb\/recipes\/server\.ts:22: out of order/,
    );
    assert.equal(
      await onNode('guests-mydb-1', 'runuser -u postgres -- psql -XAt -c "show max_connections"'),
      '42',
    );
  });
});
