import assert from 'node:assert/strict';
import { RemoteFailure } from '../../../../../base/errors.js';
import { maxAskedAtOnce } from '../../../../../provisioner/node-commands/backends.js';
import { paperNodeCommands, type PaperNode } from '../../../../../provisioner/paper/paper-node.js';
import type { NodeFleet } from '../../../../../server/formation/context/node-fleet.js';
import { findUnanswered, trialDeadline } from '../../../../../server/formation/proxies/try-backends.js';
import {
  container,
  node,
  proxy,
  release,
  runtime,
  snapshot,
} from '../../../../support/server/formation-snapshots.js';

const signal = new AbortController().signal;
const tried = (papers: Readonly<Record<string, PaperNode | 'away'>>, count = 1) => {
  const nodes = [node(runtime, 1), node(proxy, 1), node(proxy, 2), node(proxy, 3, 'lost')];
  const containers = Array.from({ length: count }, (_, index) =>
    container('app-runtime-1', 'web', index + 1, 5000 + index, 'starting'),
  );
  const asked: string[] = [];
  const commands: NodeFleet['commands'] = async ({ ssh: { name } }) => {
    asked.push(name);
    const paper = papers[name] ?? {};
    if (paper === 'away') throw new RemoteFailure(`${name}: no answer`, { node: name, phase: 'connect' });
    return paperNodeCommands(paper);
  };
  const at = snapshot({ nodes, containers, releases: [release(1)] });
  const trial = { snapshot: at, check: undefined, signal };
  const found = findUnanswered({ fleet: { commands } as NodeFleet }, containers, trial);
  return { found, asked };
};
const open = { connects: true, status: null, problem: null, origin: '0400000A:C350' };
const refused = { connects: false, status: null, problem: 'connection refused', origin: null };

describe('containers that proxies try', () => {
  it('are asked of ready proxies; one that cannot be asked is left out', async () => {
    const { found, asked } = tried({ 'app-proxy-1': 'away', 'app-proxy-2': { answer: () => refused } });
    assert.deepEqual(await found, [
      {
        proxy: 'app-proxy-2',
        node: 'app-runtime-1',
        container: 'web.1',
        isStranger: false,
        why: 'proxy app-proxy-2 cannot reach web.1 at 10.0.1.1:5000: connection refused',
      },
    ]);
    assert.deepEqual([...new Set(asked)].sort(), ['app-proxy-1', 'app-proxy-2']);
  });

  it('must be told of by their node, where somebody answered', async () => {
    await assert.rejects(
      tried({ 'app-proxy-1': { answer: () => open }, 'app-runtime-1': 'away' }).found,
      RemoteFailure,
    );
    assert.deepEqual(await tried({ 'app-proxy-1': { answer: () => open } }).found, []);
    const [stranger] = await tried({
      'app-proxy-1': { answer: () => open },
      'app-runtime-1': { isCalled: () => false },
    }).found;
    assert.equal(stranger?.isStranger, true);
  });

  it('are asked so many at once, and no others after a lot that failed', async () => {
    const ports: number[] = [];
    const answer: PaperNode['answer'] = ({ port }) => {
      ports.push(port);
      return port === 5000 + maxAskedAtOnce ? refused : { ...open, origin: null };
    };
    const found = await tried({ 'app-proxy-1': { answer } }, 3 * maxAskedAtOnce).found;
    assert.deepEqual(
      found.map(({ container: name }) => name),
      [`web.${maxAskedAtOnce + 1}`],
    );
    assert.equal(ports.length, 2 * maxAskedAtOnce + 1, 'the second lot, and its failure once more');
  });

  it('have longer the more they are, and as long as their check says', () => {
    assert.ok(trialDeadline(undefined, 1000) > trialDeadline(undefined, 1));
    assert.ok(trialDeadline({ kind: 'http', timeoutSeconds: 60 }, 1) >= 2 * 60_000);
  });
});
