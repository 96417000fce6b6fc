import { ensureEngine } from '../provisioner/images/ensure-engine.js';
import { labels, withLabels } from '../provisioner/providers/docker/docker-labels.js';
import type { Person } from './person.js';
import type { Place } from './place.js';

/** The quickstart's one formation. */
export const formation = 'quickstart';
const wanted = { runtime: 2, proxy: 1 } as const;

interface Node {
  readonly layer: string;
  readonly status: string;
}

/**
 * The formation with its nodes; one whose machines were taken away, by quickstart:down say, is destroyed and
 * made anew.
 */
export async function ensureFormation(
  place: Place,
  person: Person,
  note: (line: string) => void,
): Promise<void> {
  if (await isKnown(person)) {
    const nodes = await nodesOf(person);
    if (nodes.length > (await machinesOf(place))) {
      note('its machines are gone: making it again');
      await person.deis(['destroy', `--confirm=${formation}`, '-f', formation], { note });
    } else if (isReady(nodes)) {
      note('the nodes are there');
      return;
    }
  }
  if (!(await isKnown(person)))
    await person.deis(['create', `--id=${formation}`, '--flavor=docker', '--no-remote', '--known-hosts=no'], {
      note,
    });
  await person.deis(['layers:scale', `runtime=${wanted.runtime}`, `proxy=${wanted.proxy}`, '-f', formation], {
    note,
  });
}

async function isKnown(person: Person): Promise<boolean> {
  return (JSON.parse(await person.deis(['formations:list', '--json'])) as { id: string }[]).some(
    ({ id }) => id === formation,
  );
}

async function nodesOf(person: Person): Promise<Node[]> {
  return JSON.parse(await person.deis(['nodes:list', '-f', formation, '--json'])) as Node[];
}

function isReady(nodes: readonly Node[]): boolean {
  const ready = (layer: string): number =>
    nodes.filter((node) => node.layer === layer && node.status === 'ready').length;
  return ready('runtime') === wanted.runtime && ready('proxy') === wanted.proxy;
}

/** Machines of this instance on the Docker engine, running or not. */
async function machinesOf(place: Place): Promise<number> {
  const docker = await ensureEngine();
  return (
    await docker.listContainers({
      all: true,
      filters: withLabels({ [labels.instance]: place.instance, [labels.kind]: 'node' }),
    })
  ).length;
}
