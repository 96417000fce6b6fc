import assert from 'node:assert/strict';
import { ProfileStore } from '../../../cli/controller/profile.js';
import { FakeController } from '../../support/fakes/fake-controller.js';
import { TestTerminal } from '../../support/cli/test-terminal.js';

const converge = 'POST /api/formations/peachy/converge';
const runtime = {
  node: 'peachy-runtime-1',
  layer: 'runtime',
  outcome: 'drifted',
  error: null,
  changes: [
    { resource: 'file[/etc/x]', diff: '--- /etc/x\n-old\n+new \u001b[2Jtext\n' },
    { resource: 'file[/etc/secret]' },
  ],
};
const proxy = { node: 'peachy-proxy-1', layer: 'proxy', outcome: 'in-sync', error: null, changes: [] };
const lost = {
  node: 'peachy-runtime-2',
  layer: 'runtime',
  outcome: 'unknown',
  error: 'peachy-runtime-2: cannot be reached: no route',
  changes: [],
};

describe('why-run and drift with deis', () => {
  let controller: FakeController;
  let terminal: TestTerminal;

  beforeEach(async () => {
    controller = await new FakeController().start();
    terminal = new TestTerminal();
    await new ProfileStore(terminal).save({ controller: controller.url, username: 'ada', token: 't0ken' });
  });
  afterEach(async () => {
    await controller.stop();
    terminal.dispose();
  });

  const foresee = (...nodes: { readonly changes: readonly unknown[] }[]): void =>
    controller.operation(converge, [{ id: 1, event: 'end', data: { state: 'succeeded' } }], {
      state: 'succeeded',
      result: { nodes, changes: nodes.reduce((sum, { changes }) => sum + changes.length, 0) },
    });
  const deis = (...words: string[]): Promise<number> => terminal.deis(...words, '-f', 'peachy');

  it('shows each node and each change as a diff, and nothing that drives a terminal', async () => {
    foresee(runtime, proxy);
    assert.equal(await deis('converge', '--why-run'), 0, terminal.err);
    assert.deepEqual(controller.to(converge)[0]?.body, { why_run: true });
    assert.equal(
      terminal.out,
      [
        'peachy-runtime-1 (runtime): 2 would change',
        '  ~ file[/etc/x]',
        '      --- /etc/x',
        '      -old',
        '      +new [2Jtext',
        '  ~ file[/etc/secret] (not shown)',
        'peachy-proxy-1 (proxy): nothing would change',
        '',
      ].join('\n'),
    );
  });

  it('colours the diff on a terminal', async () => {
    foresee(runtime);
    Object.assign(terminal.stdout, { isTTY: true });
    assert.equal(await deis('plan'), 0, terminal.err);
    assert.match(terminal.out, /\u001b\[31m-old\u001b\[39m\n {6}\u001b\[32m\+new/);
  });

  it('exits 0, with --exit-code 7 when something would change, and 1 when a node could not be looked at', async () => {
    foresee(runtime, proxy);
    assert.equal(await deis('plan'), 0);
    assert.equal(await deis('plan', '--exit-code'), 7);
    assert.match(terminal.err, /2 resources would change/);
    foresee(proxy);
    assert.equal(await deis('converge', '--why-run', '--exit-code'), 0);
    foresee(runtime, lost);
    assert.equal(await deis('plan', '--exit-code'), 1);
    assert.match(
      terminal.err,
      /not all nodes could be looked at\n {2}peachy-runtime-2: cannot be reached: no route/,
    );
    assert.match(terminal.out, /peachy-runtime-1 \(runtime\): 2 would change/);
    foresee();
    assert.equal(await deis('plan'), 0);
    assert.equal(terminal.out, 'There are no nodes\n');
  });

  it('gives programs the forecast itself', async () => {
    foresee(runtime, proxy);
    assert.equal(await deis('plan', '--json', '--exit-code'), 7);
    assert.deepEqual(JSON.parse(terminal.out), { nodes: [runtime, proxy], changes: 2 });
  });

  it('refuses --exit-code where nothing is compared', async () => {
    assert.equal(await deis('converge', '--exit-code'), 2);
    assert.equal(await deis('nodes:status', '--exit-code'), 2);
    assert.deepEqual(controller.to(converge), []);
  });

  it('shows how the nodes are, with --drift what each would change', async () => {
    const row = {
      uuid: 'u',
      adopted: false,
      address: '10.0.0.4',
      private_address: null,
      cloud_id: null,
      scheduling: 'open',
      generation: 4,
      created_at: '2026-01-01T00:00:00Z',
    };
    controller.list('/api/formations/peachy/nodes', [
      {
        ...row,
        id: 'peachy-runtime-1',
        layer: 'runtime',
        status: 'ready',
        last_action: 'converge',
        last_error: null,
      },
      {
        ...row,
        id: 'peachy-runtime-2',
        layer: 'runtime',
        status: 'lost',
        scheduling: 'cordoned',
        last_action: 'probe',
        last_error: 'no route\nat all',
      },
      {
        ...row,
        id: 'peachy-runtime-3',
        layer: 'runtime',
        status: 'booting',
        last_action: null,
        last_error: null,
      },
    ]);
    assert.equal(await deis('nodes:status'), 0, terminal.err);
    assert.match(
      terminal.out,
      /^NAME +LAYER +STATUS +LAST ACTION +LAST ERROR\npeachy-runtime-1 +runtime +ready +converge +-\npeachy-runtime-2 +runtime +lost, cordoned +probe +no route\n/,
    );
    assert.deepEqual(controller.to(converge), []);
    foresee(runtime, lost);
    assert.equal(await deis('nodes:status', '--drift'), 1);
    assert.match(
      terminal.out,
      /^NAME .*DRIFT +LAST ERROR\npeachy-runtime-1 .*converge +2 +-\npeachy-runtime-2 .*probe +unknown +no route\npeachy-runtime-3 .*- +- +-\n$/,
    );
    foresee(runtime);
    assert.equal(await deis('nodes:status', '--drift', '--exit-code', '--json'), 7);
    const shown = JSON.parse(terminal.out) as { id: string; drift: unknown }[];
    assert.deepEqual(
      shown.map(({ id, drift }) => [id, drift]),
      [
        ['peachy-runtime-1', { outcome: 'drifted', changes: 2, error: null }],
        ['peachy-runtime-2', null],
        ['peachy-runtime-3', null],
      ],
    );
  });
});
