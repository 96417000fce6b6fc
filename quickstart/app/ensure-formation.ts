import { ensureEngine } from '../../provisioner/images/host/ensure-engine.js';
import type { Person } from './person.js';
import type { Place } from '../place.js';
import { startMachines, untilInService } from './start-machines.js';

/** The quickstart's one formation. */
export const formation = 'quickstart';
export const formationPath = `/api/formations/${formation}`;
const wanted = { runtime: 2, proxy: 1 } as const;

interface Layer {
  readonly id: string;
  readonly count: number;
}

/** Nodes by layer. */
type Target = Readonly<Record<keyof typeof wanted, number>>;

interface Node {
  readonly layer: string;
  readonly id: string;
  readonly status: string;
  readonly cloud_id: string | null;
}

/**
 * The formation with its nodes, those that it begins with at least: a layer that was scaled up since stays. Machines
 * that
 * were stopped are started again, and single ones that are gone replaced; a formation whose machines were all taken
 * away, by quickstart:down say, is destroyed and made again.
 */
export async function ensureFormation(
  place: Place,
  person: Person,
  note: (line: string) => void,
): Promise<void> {
  if (await isKnown(person)) {
    const machines = await startMachines(await ensureEngine(), place.instance, note);
    const nodes = await nodesOf(person);
    const target = targetOf(await layersOf(person));
    const { gone, areAll } = goneNodes(nodes, machines.ids);
    if (areAll) {
      await clearFormation(person, note);
    } else if (gone.length > 0) {
      await replaceNodes(person, gone, note);
      if (isReady(await nodesOf(person), target)) return;
    } else if (machines.started.length > 0 && nodes.length === target.runtime + target.proxy) {
      await untilInService(async () => isReady(await nodesOf(person), target) && answerAll(person, nodes));
      note('the nodes are back');
      return;
    } else if (isReady(nodes, target)) {
      note('the nodes are there');
      return;
    }
  }
  if (!(await isKnown(person)))
    await person.deis(['create', `--id=${formation}`, '--flavor=docker', '--no-remote', '--known-hosts=no'], {
      // What would be next is done here.
      note: (line) => line.startsWith('Next: ') || note(line),
    });
  const { runtime, proxy } = targetOf(await layersOf(person));
  await person.deis(['layers:scale', `runtime=${runtime}`, `proxy=${proxy}`, '-f', formation], { note });
}

/** How many nodes the layers are to have: the quickstart's own, or as many as they were scaled to since. */
export function targetOf(layers: readonly Layer[]): Target {
  const of = (id: keyof typeof wanted): number =>
    Math.max(wanted[id], layers.find((layer) => layer.id === id)?.count ?? 0);
  return { runtime: of('runtime'), proxy: of('proxy') };
}

/** Nodes that are containers, and whose containers the engine has no more. Proxies, which all need, come first. */
export function goneNodes<T extends Pick<Node, 'layer' | 'cloud_id'>>(
  nodes: readonly T[],
  machines: readonly string[],
): { readonly gone: T[]; readonly areAll: boolean } {
  const ours = nodes.filter(({ cloud_id: id }) => id !== null && /^[0-9a-f]{64}$/.test(id));
  const gone = ours.filter(({ cloud_id: id }) => !machines.includes(id!));
  gone.sort((a, b) => Number(b.layer === 'proxy') - Number(a.layer === 'proxy'));
  return { gone, areAll: gone.length > 0 && gone.length === ours.length };
}

/** One after the other: what runs on those that are left goes on. */
export async function replaceNodes(
  person: Pick<Person, 'deis'>,
  gone: readonly Pick<Node, 'id'>[],
  note: (line: string) => void,
): Promise<void> {
  for (const { id } of gone) {
    note(`the machine of ${id} is gone: replacing it`);
    await person.deis(['nodes:replace', id, '-f', formation], { note });
  }
}

/** With other formations on its nodes it stays, and gets new ones: they keep what they are, and move there. */
export async function clearFormation(
  person: Pick<Person, 'deis'>,
  note: (line: string) => void,
): Promise<void> {
  const { guests } = JSON.parse(await person.deis(['info', '-f', formation, '--json'])) as {
    guests: string[];
  };
  if (guests.length === 0) {
    note('its machines are gone: making it again');
    await person.deis(['destroy', `--confirm=${formation}`, '-f', formation], { note });
    return;
  }
  note(`its machines are gone: making its nodes again, for ${guests.join(', ')}, too`);
  await person.deis(['layers:scale', ...Object.keys(wanted).map((layer) => `${layer}=0`), '-f', formation], {
    note,
  });
}

async function isKnown(person: Person): Promise<boolean> {
  return (await person.ask(formationPath)) !== undefined;
}

async function nodesOf(person: Person): Promise<Node[]> {
  return person.list<Node>(`${formationPath}/nodes`);
}

async function layersOf(person: Person): Promise<Layer[]> {
  return person.list<Layer>(`${formationPath}/layers`);
}

function isReady(nodes: readonly Node[], target: Target): boolean {
  const ready = (layer: string): number =>
    nodes.filter((node) => node.layer === layer && node.status === 'ready').length;
  return ready('runtime') === target.runtime && ready('proxy') === target.proxy;
}

/** Whether the controller enters each of them: one is shown as ready until the watch has missed it. */
async function answerAll(person: Person, nodes: readonly Node[]): Promise<boolean> {
  for (const { id } of nodes) {
    const isThere = await person.deis(['nodes:ssh', '-f', formation, id, 'true']).then(
      () => true,
      () => false,
    );
    if (!isThere) return false;
  }
  return true;
}
