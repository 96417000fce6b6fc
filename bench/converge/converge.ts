import { execa } from 'execa';
import type { Databag } from '../../cookbooks/databag.js';
import type { Resource } from '../../cookbooks/resource.js';
import { compileProgram } from '../../provisioner/converge/compile-program.js';
import type { ConvergeTarget } from '../../provisioner/engine.js';
import { Fleet } from '../../provisioner/converge/fleet.js';
import { NodeSshTransport } from '../../provisioner/ssh/node-ssh-transport.js';
import { newInstance, startNode, type StartedNode } from '../../test/support/nodes/docker-node.js';
import { sweep } from '../../test/support/nodes/docker-machine.js';
import { sampleDatabag } from '../../test/support/nodes/sample-databag.js';
import { Ansible } from './ansible.js';
import { benchResources, resetScript } from './resources.js';
import { median, type Benchmark, type Figure } from '../benchmark.js';
import { secondsOf } from '../seconds-of.js';

const rounds = { fast: 11, first: 3 } as const;
const transport = new NodeSshTransport();

/** `[NODES]`, default 8. */
export const benchmark: Benchmark = {
  about:
    '13 resources on 8 docker nodes: first, nothing to do, one changed template; beside ' +
    'ansible-playbook and beside connecting alone',
  measure: async ({ args, talk }) => {
    const count = Number(args[0] ?? 8);
    const instance = newInstance();
    try {
      talk(`starting ${count} nodes`);
      const nodes = await startNodes(count, instance);
      return await compare(nodes, talk);
    } finally {
      await sweep(instance);
    }
  },
};

/** Ansible's apt module wants python3-apt on the nodes, which is no part of what is measured. */
async function startNodes(count: number, instance: string): Promise<StartedNode[]> {
  const nodes: StartedNode[] = [];
  for (let num = 1; num <= count; num += 1) nodes.push(await startNode({ kind: 'proxy', instance, num }));
  await converge(nodes, [{ kind: 'package', name: 'python3-apt' }], { changes: true });
  return nodes;
}

async function compare(nodes: readonly StartedNode[], talk: (line: string) => void): Promise<Figure[]> {
  const ansible = await Ansible.prepare(nodes, talk);
  try {
    talk('ours and the floor');
    const ours = await measureOurs(nodes);
    talk('ansible with pipelining');
    const piped = await measureAnsible(ansible, nodes, true);
    talk('ansible without pipelining');
    const plain = await measureAnsible(ansible, nodes, false);
    const on = `${nodes.length} nodes`;
    return [
      { name: `connect and true, ${on}`, value: ours.floor, unit: 's', note: 'the floor' },
      { name: `first converge, ${on}`, value: ours.first, unit: 's' },
      { name: `nothing to do, ${on}`, value: ours.noop, unit: 's' },
      { name: `one changed template, ${on}`, value: ours.changed, unit: 's' },
      {
        name: 'nothing to do, over the floor',
        value: ours.noop / ours.floor,
        unit: 'x',
        target: { atMost: 2 },
      },
      ...(['first', 'noop', 'changed'] as const).flatMap((what) => [
        { name: `ansible with pipelining, ${words[what]}`, value: piped[what], unit: 's' },
        { name: `ansible without pipelining, ${words[what]}`, value: plain[what], unit: 's' },
      ]),
      {
        name: 'first converge, faster than ansible with pipelining',
        value: piped.first / ours.first,
        unit: 'x',
        target: { atLeast: 10 },
      },
      {
        name: 'nothing to do, faster than ansible with pipelining',
        value: piped.noop / ours.noop,
        unit: 'x',
        target: { atLeast: 35 },
      },
      {
        name: 'one changed template, faster than ansible with pipelining',
        value: piped.changed / ours.changed,
        unit: 'x',
        target: { atLeast: 25 },
      },
    ];
  } finally {
    await ansible.dispose();
  }
}

interface Times {
  readonly first: number;
  readonly noop: number;
  readonly changed: number;
}

const words = { first: 'first', noop: 'nothing to do', changed: 'one changed template' } as const;

/** Medians in seconds, connecting included; the floor is measured in turns with the rest. */
async function measureOurs(nodes: readonly StartedNode[]): Promise<Times & { readonly floor: number }> {
  const [first, floor, noop, changed]: number[][] = [[], [], [], []];
  for (let round = 0; round < rounds.first; round += 1) {
    await reset(nodes);
    first!.push(await converge(nodes, benchResources('red'), { changes: true }));
  }
  for (let round = 0; round < rounds.fast; round += 1) {
    floor!.push(await justConnect(nodes));
    noop!.push(await converge(nodes, benchResources('red'), { changes: false }));
  }
  for (let round = 0; round < rounds.fast; round += 1)
    changed!.push(await converge(nodes, benchResources(round % 2 === 0 ? 'blue' : 'red'), { changes: true }));
  return { first: median(first!), floor: median(floor!), noop: median(noop!), changed: median(changed!) };
}

async function measureAnsible(
  ansible: Ansible,
  nodes: readonly StartedNode[],
  pipelining: boolean,
): Promise<Times> {
  await reset(nodes);
  const first = await ansible.run('red', { pipelining, changes: true });
  const noop = await ansible.run('red', { pipelining, changes: false });
  const changed = await ansible.run('blue', { pipelining, changes: true });
  return { first, noop, changed };
}

async function reset(nodes: readonly StartedNode[]): Promise<void> {
  await Promise.all(nodes.map((node) => node.sh(resetScript)));
  await execa('sync');
}

async function justConnect(nodes: readonly StartedNode[]): Promise<number> {
  return secondsOf(async () => {
    await Promise.all(
      nodes.map(async ({ ssh }) => {
        const connection = await transport.connect(ssh, { deadlineMs: 10_000 });
        await connection.exec({ command: ['true'], deadlineMs: 10_000 });
        await connection.close();
      }),
    );
  });
}

/**
 * Seconds, connecting included. @throws Error when a node failed, or changed something where nothing was to
 * change
 */
async function converge(
  nodes: readonly StartedNode[],
  resources: readonly Resource[],
  { changes }: { readonly changes: boolean },
): Promise<number> {
  const databag: Databag = sampleDatabag();
  const { generation } = databag;
  return secondsOf(async () => {
    const fleet = new Fleet(transport, {
      compile: () => ({
        text: compileProgram(resources, { generation, whyRun: false }),
        generation,
        resources: resources.length,
      }),
    });
    const reports = await fleet.converge(nodes.map(target), databag, { deadlineMs: 120_000 });
    await fleet.close();
    const wrong = reports.find(({ outcome, changed }) => outcome !== 'ok' || changed > 0 !== changes);
    if (wrong !== undefined)
      throw new Error(`${wrong.node}: ${wrong.outcome}, ${wrong.changed} changed, ${wrong.error ?? ''}`);
  });
}

function target({ name, address, ssh }: StartedNode): ConvergeTarget {
  return {
    node: {
      name,
      layer: 'proxy',
      kind: 'proxy',
      address,
      username: ssh.username,
      attributes: {},
      downloads: {},
    },
    level: 0,
    runList: [],
    ssh,
  };
}
