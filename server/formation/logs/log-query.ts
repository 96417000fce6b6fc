import { UnknownName } from '../../../base/errors.js';
import { containerName } from '../../../cookbooks/deis/definitions/app-container.js';
import type { LoggedContainer } from '../../../provisioner/node-commands/logs.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { RunRecord } from '../../store/app/run-store.js';
import type { LogQuery } from '../context/kept/log-reader.js';
import { processTypes } from '../databag/process-types.js';
import { liveRelease, releaseOf } from '../databag/snapshot-view.js';

/** A container whose log can be read, and where it is. */
export interface LogSource extends LoggedContainer {
  readonly nodeId: string;
}

/**
 * That there is such a process: a type of the live release, of the scale or of containers, `run`, or one of
 * them. Before the first release any may come. @throws UnknownName naming those that there are
 */
export function requireProcess(snapshot: FormationSnapshot, ps: string): void {
  const [type = ''] = ps.split('.');
  const procfile = liveRelease(snapshot)?.build?.procfile;
  const types = new Set([
    ...processTypes(procfile),
    ...Object.keys(snapshot.formation.scale),
    ...snapshot.containers.map((container) => container.type),
    'run',
  ]);
  if (procfile === undefined || types.has(type)) return;
  throw new UnknownName(
    `there is no process ${JSON.stringify(ps)}: there is ${[...types].sort().join(', ')}, and one of them ` +
      `by its number, like ${processTypes(procfile)[0] ?? 'web'}.1`,
    { field: 'ps' },
  );
}

/** All containers that the query asks for, those of detached one-off commands included. */
export function logSources(
  snapshot: FormationSnapshot,
  runs: readonly RunRecord[],
  { ps }: Pick<LogQuery, 'ps'>,
): LogSource[] {
  const nodes = new Map(snapshot.nodes.map((node) => [node.id, node.name]));
  const ofApp = snapshot.containers.map(({ type, num, port, releaseId, nodeId }) => {
    const placement = {
      type,
      num,
      port,
      release: releaseOf(snapshot, releaseId).version,
      node: nodes.get(nodeId) ?? '',
      state: 'serving' as const,
    };
    return {
      nodeId,
      process: `${type}.${num}`,
      name: containerName({ id: snapshot.formation.name }, placement),
    };
  });
  const ofRuns = runs
    .filter(({ detached }) => detached)
    .map(({ num, nodeId, container }) => ({ nodeId, process: `run.${num}`, name: container }));
  return [...ofApp, ...ofRuns].filter(
    ({ process }) => ps === undefined || process === ps || process.startsWith(`${ps}.`),
  );
}
