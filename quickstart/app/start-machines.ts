import type Docker from 'dockerode';
import { waitUntil } from '../../base/wait-until.js';
import { labels, withLabels } from '../../provisioner/providers/docker/docker-labels.js';

type Engine = Pick<Docker, 'listContainers' | 'getContainer'>;

const answerMs = 120_000;

/** How the nodes' machines of an instance were found on the Docker engine. */
export interface Machines {
  /** Ids of all of them. */
  readonly ids: readonly string[];
  /** Names of those that had been stopped or paused, and are started now. */
  readonly started: readonly string[];
}

/** Finds an instance's machines and starts those that somebody stopped by hand: the engine leaves them so. */
export async function startMachines(
  docker: Engine,
  instance: string,
  note: (line: string) => void,
): Promise<Machines> {
  const found = await docker.listContainers({
    all: true,
    filters: withLabels({ [labels.instance]: instance, [labels.kind]: 'node' }),
  });
  const started: string[] = [];
  for (const { Id, Names, State } of found) {
    if (State !== 'exited' && State !== 'paused' && State !== 'created') continue;
    const name = Names[0]?.replace(/^\//, '') ?? Id;
    note(`${name} is ${State === 'paused' ? 'paused' : 'stopped'}: starting it again`);
    const container = docker.getContainer(Id);
    await (State === 'paused' ? container.unpause() : container.start());
    started.push(name);
  }
  return { ids: found.map(({ Id }) => Id), started };
}

/** Waits until what was started is in service. @throws WaitDeadline after two minutes */
export async function untilInService(isInService: () => Promise<boolean>): Promise<void> {
  await waitUntil(async () => ((await isInService()) ? true : undefined), {
    deadlineMs: answerMs,
    intervalMs: 1000,
    what: 'the nodes that were started to be ready (deis nodes -f quickstart shows them)',
  });
}
