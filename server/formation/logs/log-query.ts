import { containerName } from '../../../cookbooks/deis/definitions/app-container.js';
import { shellQuote } from '../../../provisioner/ssh/shell-quote.js';
import type { FormationSnapshot } from '../../store/formation-snapshot.js';
import type { RunRecord } from '../../store/run-store.js';
import { releaseOf } from '../databag/snapshot-view.js';

/** Which lines of a formation's logs somebody wants. */
export interface LogQuery {
  /** At most so many of what is there already. */
  readonly lines: number;
  /** `web` or `web.1`; absent: everything. */
  readonly ps?: string | undefined;
  readonly since?: Date | undefined;
  /** Only lines that contain this text. */
  readonly grep?: string | undefined;
}

/** A container whose log can be read. */
export interface LogSource {
  readonly nodeId: string;
  /** `web.1` */
  readonly process: string;
  /** Of the Docker container. */
  readonly name: string;
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

/**
 * An sh program that prints what the logs hold, each line as `web.1 TIME text`. Containers that are not there
 * (any more) say nothing.
 */
export function readScript(sources: readonly LogSource[], { lines, since, grep }: LogQuery): string {
  const commands = sources.map(({ name, process }) => {
    const known = `docker inspect ${shellQuote([name])} >/dev/null 2>&1`;
    const when = since === undefined ? '' : ` --since ${shellQuote([since.toISOString()])}`;
    const chosen =
      grep === undefined
        ? ` --tail ${lines} ${shellQuote([name])} 2>&1`
        : ` ${shellQuote([name])} 2>&1 | grep -F -e ${shellQuote([grep])} | tail -n ${lines}`;
    return `${known} && docker logs --timestamps${when}${chosen} | sed ${shellQuote([`s/^/${process} /`])}`;
  });
  return `{\n${[...commands, 'exit 0'].join('\n')}\n}\n`;
}

/**
 * Text for `sh -c` that follows the logs until the containers are gone or its input ends: a command that
 * nobody hears any more would stay on the node. A container that is restarted is followed on; what it said
 * around that time comes twice.
 * @param since per Docker name
 */
export function followScript(sources: readonly LogSource[], since: (source: LogSource) => string): string {
  const follow = sources.map(
    (source) =>
      `follow ${shellQuote([source.name, `s/^/${source.process} /`, since(source)])} & pids="$pids $!"`,
  );
  return `exec 3<&0
follow() {
  since=$3
  while
    docker logs --follow --timestamps --since "$since" "$1" 2>&1 3<&- | sed -u "$2" &&
    docker inspect "$1" >/dev/null 2>&1
  do
    since=$(date -u -d '5 seconds ago' +%Y-%m-%dT%H:%M:%SZ)
    sleep 0.3
  done
}
( cat <&3 >/dev/null; kill 0 ) &
pids=
${follow.join('\n')}
wait $pids
kill 0
`;
}
