import assert from 'node:assert/strict';
import { Conflict, NotFound, RemoteFailure } from '../../../../../base/errors.js';
import { deploySteps, upgradeSteps } from '../../../../../server/formation/context/steps.js';
import { drainNode, scheduleNode } from '../../../../../server/formation/nodes/schedule-node.js';
import { upgradeNode } from '../../../../../server/formation/upgrades/upgrade-node.js';
import type { OperationRecord } from '../../../../../server/store/operations/operation-store.js';
import { FormationHarness, type RunOptions } from '../../../../support/server/formation-harness.js';

const [close, ...onNode] = upgradeSteps;
/** Of a node that its containers leave. */
const steps: readonly string[] = [close, ...deploySteps, ...onNode];
const newNginx = { name: 'nginx', from: '1', to: '2' };
const kernel = 'the kernel 6.1.0-30-amd64 is installed, 6.1.0-28-amd64 runs';

describe('new packages for a node', function () {
  this.timeout(30_000);
  let h: FormationHarness;

  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 2, proxy: 1 });
    await h.push();
    await h.scale({ web: 4 });
    h.steps.length = 0;
  });
  afterEach(() => h.close());

  const node = 'app-runtime-1';
  const ask = (name = node, reboot = false): Promise<OperationRecord> =>
    upgradeNode(h.parts, h.user, h.formation, name, { reboot });
  /** The harness carries out one operation after the other: what has moved away ends here, not in one of its own. */
  const endRetired = async (step: string): Promise<void> => {
    if (step !== 'empty') return;
    const { containers } = await h.snapshot();
    await h.stores.containers.delete(
      containers.filter(({ state }) => state === 'retiring').map(({ id }) => id),
    );
  };
  const carryOut = ({ id }: OperationRecord, options: RunOptions = {}): Promise<OperationRecord> =>
    h.end(id, { onStep: endRetired, ...options });
  const upgrade = async (name = node, reboot = false): Promise<OperationRecord> =>
    carryOut(await ask(name, reboot));
  const nodeNow = async (name = node) => (await h.snapshot()).nodes.find((each) => each.name === name)!;
  const places = async (): Promise<string[]> =>
    (await h.containers()).map((line) => line.replace(/^.*@(\S+) .*$/, '$1'));
  /** The runs that the machine was asked for, and reboots. */
  const told = (): string[] => [...new Set(h.nodes.upgrades.calls)];

  it('drains it, upgrades, converges, and it takes containers again', async () => {
    h.nodes.upgrades.end = { packages: [newNginx], kept: ['held'] };
    h.nodes.upgrades.onLook = () => {
      const { backends } = h.nodes.machine('app-proxy-1');
      const { address } = h.nodes.machine(node);
      assert.ok(backends.length > 0 && !backends.some((backend) => backend.startsWith(`${address}:`)));
      return undefined;
    };
    const before = h.nodes.calls.length;
    const operation = await upgrade();
    assert.deepEqual([operation.state, operation.error], ['succeeded', null]);
    assert.deepEqual(h.steps.slice(0, steps.length), steps);
    assert.deepEqual(operation.result, {
      node,
      packages: [newNginx],
      kept: ['held'],
      rebooted: false,
      reboot: [],
    });
    assert.deepEqual(told(), [`${node} look ${operation.id}`]);
    assert.ok(h.nodes.calls.slice(before).some((call) => call.node === node));
    const { scheduling, lastAction, lastError } = await nodeNow();
    assert.deepEqual([scheduling, lastError], ['open', null]);
    assert.ok(lastAction !== null);
    assert.deepEqual(await places(), Array(4).fill('app-runtime-2'));
    assert.ok(h.lines.includes('       nginx 1 -> 2'));
    assert.equal((await h.push()).state, 'succeeded');
    assert.ok((await places()).includes(node));
  });

  it('leaves a cordoned node cordoned and a drained one drained, which nothing has to leave', async () => {
    await scheduleNode(h.parts, h.formation, node, 'cordoned');
    assert.equal((await upgrade()).state, 'succeeded');
    assert.equal((await nodeNow()).scheduling, 'cordoned');
    await h.end((await drainNode(h.parts, h.user, h.formation, node)).id);
    h.steps.length = 0;
    assert.equal((await upgrade()).state, 'succeeded');
    assert.deepEqual([(await nodeNow()).scheduling, h.steps], ['drained', [...upgradeSteps]]);
  });

  it('refuses the last open node, one that is not ready or not there, and the reboot of the last proxy', async () => {
    const isConflict =
      (words: RegExp) =>
      (error: unknown): boolean =>
        error instanceof Conflict && words.test(error.message);
    await assert.rejects(ask('app-proxy-1', true), isConflict(/last proxy.*layers:scale proxy=2`/));
    await assert.rejects(ask('app-runtime-9'), NotFound);
    const { id } = await nodeNow('app-runtime-2');
    await h.stores.nodes.update(id, { status: 'lost' });
    await assert.rejects(ask('app-runtime-2'), isConflict(/app-runtime-2 is lost/));
    await h.stores.nodes.update(id, { status: 'ready', scheduling: 'cordoned' });
    await assert.rejects(
      ask(),
      isConflict(/last runtime node that takes containers.*layers:scale runtime=3/),
    );
    assert.deepEqual([(await nodeNow()).scheduling, told()], ['open', []]);
  });

  it('upgrades a proxy where it stands', async () => {
    assert.equal((await upgrade('app-proxy-1')).state, 'succeeded');
    assert.deepEqual(h.steps, upgradeSteps.slice(2));
    assert.equal((await places()).filter((place) => place === node).length, 2);
    h.nodes.upgrades.end = { exitCode: 1, failed: 'nginx in place' };
    const failed = await upgrade('app-proxy-1');
    assert.match(failed.error?.message ?? '', /nginx in place failed with exit code 1\. It stays in service/);
    const { scheduling, lastAction, lastError } = await nodeNow('app-proxy-1');
    assert.deepEqual([scheduling, lastAction], ['open', 'upgrade']);
    assert.match(lastError ?? '', /^app-proxy-1: nginx in place failed/);
  });

  it('leaves it drained when its packages fail, says why and what next, and opens it when told again', async () => {
    h.nodes.upgrades.end = {
      exitCode: 100,
      failed: 'apt-get upgrade',
      lines: ['Unpacking x', 'E: Sub-process /usr/bin/dpkg returned an error code (1)'],
    };
    const failed = await upgrade();
    assert.equal(failed.state, 'failed');
    const { message = '', exitCode, command, node: where } = failed.error ?? {};
    assert.deepEqual([exitCode, command, where], [100, 'apt-get upgrade', node]);
    assert.match(
      message,
      /apt-get upgrade failed with exit code 100: E: Sub-process.*stays drained.*nodes:uncordon/,
    );
    assert.equal((await nodeNow()).scheduling, 'drained');
    h.nodes.upgrades.end = {};
    assert.equal((await upgrade()).state, 'succeeded');
    assert.deepEqual([(await nodeNow()).scheduling, (await nodeNow()).lastError], ['open', null]);
  });

  it('keeps it drained when somebody has asked for that after such a failure', async () => {
    h.nodes.upgrades.end = { exitCode: 100, failed: 'apt-get upgrade' };
    await upgrade();
    h.nodes.upgrades.end = {};
    await h.end((await drainNode(h.parts, h.user, h.formation, node)).id);
    await upgrade();
    assert.equal((await nodeNow()).scheduling, 'drained');
  });

  it('leaves it drained when it does not converge afterwards', async () => {
    h.nodes.fault = ({ node: name }) =>
      name === node && h.steps.at(-1) === 'converge' ? 'failed' : undefined;
    const failed = await upgrade();
    assert.match(failed.error?.message ?? '', /has its new packages, and did not converge.*stays drained/s);
    assert.equal((await nodeNow()).scheduling, 'drained');
  });

  it('touches nothing when its containers cannot leave', async () => {
    h.nodes.fault = ({ node: name }) =>
      name === 'app-runtime-2' && h.steps.at(-1) === 'start' ? 'failed' : undefined;
    const failed = await upgrade();
    assert.equal(failed.state, 'failed');
    const stays = await carryOut(await ask(), {
      onStep: async (step) => {
        h.nodes.fault = () => undefined;
        if (step !== 'empty') return;
        const [first] = await h.stores.containers.ofNode((await nodeNow()).id);
        await h.stores.containers.setState([first!.id], 'serving');
      },
    });
    assert.match(stays.error?.message ?? '', /app-runtime-1 still runs web\.\d of app: nothing was upgraded/);
    assert.deepEqual([(await nodeNow()).scheduling, told()], ['open', []]);
  });

  it('tells that it must reboot, and reboots it where that was asked for', async () => {
    h.nodes.upgrades.end = { reboot: [kernel] };
    const told1 = await upgrade();
    assert.deepEqual([told1.result?.['rebooted'], told1.result?.['reboot']], [false, [kernel]]);
    assert.ok(h.lines.some((line) => line.includes(`(${kernel}): \`deis nodes:upgrade ${node} --reboot\``)));
    const rebooted = await upgrade(node, true);
    assert.deepEqual([rebooted.result?.['rebooted'], rebooted.result?.['reboot']], [true, []]);
    assert.equal(told().filter((call) => call === `${node} reboot`).length, 1);
    h.nodes.upgrades.end = {};
    assert.equal((await upgrade(node, true)).result?.['rebooted'], false);
  });

  describe('on a proxy that reboots', () => {
    const proxy = 'app-proxy-1';
    beforeEach(async () => {
      await h.scaleLayers({ proxy: 2 });
      h.nodes.upgrades.end = { reboot: [kernel] };
    });
    const said = (words: RegExp): boolean => h.lines.some((line) => words.test(line));

    it('has it tell load balancers before, and its requests end', async () => {
      const { id, state } = await upgrade(proxy, true);
      assert.equal(state, 'succeeded');
      assert.deepEqual(told(), [`${proxy} look ${id}`, `${proxy} leave`, `${proxy} reboot`]);
      assert.ok(said(/app-proxy-1 answers 503 on \/health-check: load balancers have 0\.2 s/));
      assert.ok(!said(/still has requests/));
      h.nodes.upgrades.calls.length = 0;
      await upgrade(proxy);
      assert.ok(!told().includes(`${proxy} leave`), 'it stays');
    });

    it('waits twice the drain period at most, and goes where it cannot tell', async () => {
      h.nodes.machine(proxy).inFlight.set('10.0.0.1:5000', 2);
      assert.equal((await upgrade(proxy, true)).state, 'succeeded');
      assert.ok(said(/ ! {5}app-proxy-1 still has requests under way, which end when it goes/));
      Object.defineProperty(h.nodes.machine(proxy), 'inFlight', {
        get: () => {
          throw new RemoteFailure('curl: (7)', { node: proxy, phase: 'exit', exitCode: 7 });
        },
      });
      assert.equal((await upgrade(proxy, true)).state, 'succeeded');
      assert.ok(said(/ ! {5}app-proxy-1 does not tell of requests under way/));
      h.nodes.upgrades.onLeave = (node) => {
        throw new RemoteFailure('curl: (22) 404', { node, phase: 'exit', exitCode: 22 });
      };
      assert.equal((await upgrade(proxy, true)).result?.['rebooted'], true);
      assert.ok(
        said(/app-proxy-1 cannot tell load balancers .*\(curl: \(22\) 404\): `deis converge` before/),
      );
    });

    it('takes it back when it is cancelled before it goes', async () => {
      const { state } = await carryOut(await ask(proxy, true), { cancelAt: 'reboot' });
      assert.equal(state, 'cancelled');
      assert.deepEqual(told().slice(1), [`${proxy} leave`, `${proxy} stay`]);
    });
  });

  it('asks again while the machine is out of reach or at it, and gives up where it is refused', async () => {
    const answers: (() => undefined)[] = [
      () => {
        throw new RemoteFailure('reset', { node, phase: 'lost' });
      },
    ];
    h.nodes.upgrades.onLook = () => (answers.length > 0 ? answers.pop()!() : undefined);
    const operation = await upgrade();
    assert.equal(operation.state, 'succeeded');
    assert.equal(h.nodes.upgrades.calls.length, 2);
    h.nodes.upgrades.onLook = () => ({ state: 'died' });
    assert.match((await upgrade()).error?.message ?? '', /ended from outside.*stays drained/);
    h.nodes.upgrades.onLook = () => {
      throw new RemoteFailure(`${node}: no sudo`, { node, phase: 'exit', exitCode: 1 });
    };
    assert.match((await upgrade()).error?.message ?? '', /no sudo\. It stays drained/);
  });

  it('opens the node again when it is cancelled before its packages, and goes on to the end after', async () => {
    for (const step of steps.slice(0, steps.indexOf('upgrade'))) {
      const { state } = await carryOut(await ask(), { cancelAt: step });
      assert.deepEqual([step, state, (await nodeNow()).scheduling, told()], [step, 'cancelled', 'open', []]);
    }
    for (const step of onNode.slice(1)) {
      const { state } = await carryOut(await ask(), { cancelAt: step });
      assert.deepEqual([step, state, (await nodeNow()).scheduling], [step, 'succeeded', 'open']);
    }
    h.nodes.upgrades.end = { reboot: [kernel] };
    const spared = await carryOut(await ask(node, true), { cancelAt: 'upgrade' });
    assert.deepEqual([spared.state, (await nodeNow()).scheduling], ['cancelled', 'open']);
    assert.ok(!told().includes(`${node} reboot`));
  });

  it('opens it again, too, when the second of two requests is cancelled', async () => {
    await h.end((await drainNode(h.parts, h.user, h.formation, node)).id);
    await scheduleNode(h.parts, h.formation, node, 'open');
    await ask();
    const second = await carryOut(await ask(), { cancelAt: 'empty' });
    assert.deepEqual([second.state, (await nodeNow()).scheduling, told().length], ['cancelled', 'open', 1]);
  });

  for (const step of steps)
    it(`goes on where it was when the controller is killed at ${step}`, async () => {
      h.nodes.upgrades.end = { packages: [newNginx] };
      const { id } = await ask();
      await h.runUntil(id, { kill: { step, at: 'start' }, onStep: endRetired });
      const { state, result } = await carryOut({ id } as OperationRecord);
      assert.deepEqual([state, result?.['packages']], ['succeeded', [newNginx]]);
      assert.deepEqual([(await nodeNow()).scheduling, told()], ['open', [`${node} look ${id}`]]);
      assert.equal((await places()).includes(node), false);
    });
});
