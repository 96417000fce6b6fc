import { UnknownName } from '../../../base/errors.js';
import { containerName } from '../../../cookbooks/deis/definitions/app-container.js';
import { shellQuote } from '../../../provisioner/ssh/shell-quote.js';
import type { FormationSnapshot } from '../../store/formation-snapshot.js';
import type { RunRecord } from '../../store/run-store.js';
import { liveRelease, releaseOf } from '../databag/snapshot-view.js';

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

/**
 * That there is such a process: a type of the live release, of the scale or of containers, `run`, or one of
 * them. Before the first release any may come. @throws UnknownName naming those that there are
 */
export function requireProcess(snapshot: FormationSnapshot, ps: string): void {
  const [type = ''] = ps.split('.');
  const procfile = liveRelease(snapshot)?.build?.procfile;
  const types = new Set([
    ...Object.keys(procfile ?? {}),
    ...Object.keys(snapshot.formation.scale),
    ...snapshot.containers.map((container) => container.type),
    'run',
  ]);
  if (procfile === undefined || types.has(type)) return;
  throw new UnknownName(
    `there is no process ${JSON.stringify(ps)}: there is ${[...types].sort().join(', ')}, and one of them ` +
      `by its number, like ${Object.keys(procfile)[0] ?? 'web'}.1`,
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

/**
 * Cuts standard input into pieces that reach a pipe whole (PIPE_BUF), however long its lines are and whoever
 * writes beside: `web.1 1. text`, with + for the dot where the line has more to come. perl-base is essential
 * on Debian and Ubuntu.
 */
const cutUp = String.raw`my ($name, $open) = (shift, 0);
while (sysread STDIN, my $data, 3000) {
  for (split /(?<=\n)/, $data) {
    $open = !s/\n\z//;
    syswrite STDOUT, $name . ($open ? "+" : ".") . " $_\n";
  }
}
syswrite STDOUT, "$name. \n" if $open;`;

/**
 * `lines PROCESS ARGUMENT...`: what `docker logs` writes, its two streams apart: one of them never stands
 * within a line of the other. `wanted` passes on the lines that are.
 */
const linesFunction = (wanted: string): string => `export LC_ALL=C
wanted() {
  ${wanted}
}
cut_up() {
  perl -e ${shellQuote([cutUp])} "$1"
}
lines() {
  name=$1
  shift
  {
    { docker logs --timestamps "$@" 2>&5 5>&- 6>&- | wanted | cut_up "$name 1" >&6 5>&- 6>&-; } 5>&1 |
      wanted | cut_up "$name 2" >&6 6>&-
  } 6>&1
}
`;

/**
 * An sh program that prints what the logs hold, for a LogReader. Containers that are not there (any more) say
 * nothing.
 */
export function readScript(sources: readonly LogSource[], { lines, since, grep }: LogQuery): string {
  const when = since === undefined ? '' : ` --since ${shellQuote([since.toISOString()])}`;
  const tail = grep === undefined ? ` --tail ${lines}` : '';
  const commands = sources.map(({ name, process }) => {
    const quoted = shellQuote([name]);
    return `docker inspect ${quoted} >/dev/null 2>&1 && lines ${process}${when}${tail} ${quoted}`;
  });
  const wanted =
    grep === undefined ? 'cat' : `grep -a -e ${shellQuote([behindTime(grep)])} | tail -n ${lines}`;
  // Within braces: a shell that reads its program from its input has all of it before anything else reads
  // there. What is written to cat is written to a pipe, whatever our own output is.
  return `{\n${linesFunction(wanted)}${[...commands, ':'].join('\n')}\n} | cat\n`;
}

/** A regular expression for lines whose text, not whose time, contains this. */
function behindTime(text: string): string {
  return `^[^ ]* .*${text.replace(/[\\.*[\]^$]/g, '\\$&')}`;
}

/**
 * Text for `sh -c` that follows the logs, for a LogReader, until the containers are gone or its input ends: a
 * command that nobody hears any more would stay on the node. A container that is restarted is followed on;
 * what it said around that time comes twice.
 * @param since per Docker name
 */
export function followScript(sources: readonly LogSource[], since: (source: LogSource) => string): string {
  const follow = sources.map(
    (source) => `follow ${shellQuote([source.name, source.process, since(source)])} & pids="$pids $!"`,
  );
  return `${linesFunction('cat')}follow() {
  since=$3
  while lines "$2" --follow --since "$since" "$1" 3<&- && docker inspect "$1" >/dev/null 2>&1; do
    since=$(date -u -d '5 seconds ago' +%Y-%m-%dT%H:%M:%SZ)
    sleep 0.3
  done
}
{
exec 3<&0
( cat <&3 >/dev/null; kill 0 ) &
pids=
${follow.join('\n')}
wait $pids
kill 0
} | cat
`;
}
