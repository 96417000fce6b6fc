import type { DockerContainerResource } from '../../../cookbooks/resources/docker-container.js';
import { filesOfContainer } from '../../../provisioner/converge/resource-helpers/container-files.js';
import { shellLibrary } from '../../../provisioner/converge/shell-library.js';
import { containerBody } from '../../../provisioner/converge/resource-helpers/container-body.js';
import { shellQuote } from '../../../provisioner/ssh/shell-quote.js';
import { appEnvironment, appMounts, parseImage } from '../../../cookbooks/deis/definitions/app-container.js';
import type { DatabagBuild, DatabagRelease } from '../../../cookbooks/databag.js';
import { Secret } from '../../../base/secret.js';

/** In characters. */
export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

/** Docker sizes the terminal after the command has begun: what looks at once would see 0 by 0. */
const sizedStart = 'stty rows "$1" columns "$2" 2>/dev/null; shift 2; exec "$@"';

export interface OneOff {
  readonly formation: string;
  readonly release: DatabagRelease & { readonly build: DatabagBuild };
  /** Of the Docker container. */
  readonly name: string;
  /** For a shell. */
  readonly command: string;
  /** `run.3`: what it is called in its environment. */
  readonly process: string;
  /** Wins over the app's config. */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Who is at the other end of it. `detached`: nobody; `output`: somebody who only reads; `input`: somebody
   * who writes, too; a size: somebody at a terminal.
   */
  readonly attach: 'detached' | 'output' | 'input' | TerminalSize;
}

/**
 * Arguments of `sh -c` that run a container that was made for input, and take it along when they end; `$1` is
 * its name.
 */
export const attachScript = `trap 'docker rm -fv "$1" >/dev/null 2>&1; rm -rf "${filesOfContainer('$1')}"' EXIT
trap 'exit 129' HUP INT TERM PIPE
docker start -ai "$1"
exit $?`;

/**
 * An sh program that runs a command as the app's containers run theirs (image, slug, config, user), and exits
 * with 125 when it could not be started. With `output` it streams that, exits with the command's code and
 * leaves no container; with `detached` it only starts it; otherwise it makes the container for attachScript.
 * The config goes to Docker's API over a pipe: in no argument and in no environment but the container's own.
 * It is one compound command, so that sh does nothing should its end be cut off.
 */
export function runScript(run: OneOff): Secret {
  const name = shellQuote([run.name]);
  const create = [
    'curl',
    '-sS',
    '--fail-with-body',
    '--unix-socket',
    '/var/run/docker.sock',
    '-H',
    'Content-Type: application/json',
    '--data-binary',
    '@-',
    `http://docker/containers/create?name=${encodeURIComponent(run.name)}`,
  ];
  const container = containerOf(run);
  const files = shellQuote([filesOfContainer(run.name)]);
  const remove = `remove() { docker rm -fv ${name} >/dev/null 2>&1; rm -rf ${files}; }`;
  const make =
    container.overlay === undefined
      ? ''
      : `${shellLibrary(['resources/container-files.sh'])}\n` +
        `container_files ${name} ${shellQuote([container.overlay.lower])} || exit 125\n`;
  const traps = run.attach === 'output' ? "trap remove EXIT\ntrap 'exit 129' HUP INT TERM PIPE\n" : '';
  const request = `printf %s ${shellQuote([bodyOf(container, run)])} | ${shellQuote(create)}`;
  const start =
    typeof run.attach === 'object'
      ? ':'
      : {
          detached: `docker start ${name} >/dev/null || { remove; exit 125; }`,
          output: `docker start -a ${name} </dev/null`,
          input: ':',
        }[run.attach];
  return new Secret(`{
${remove}
${traps}${make}answer=$(${request}) || { printf '%s\\n' "$answer" >&2; exit 125; }
${start}
exit $?
}
`);
}

function containerOf({
  formation,
  release,
  name,
  command,
  process,
  environment = {},
  attach,
}: OneOff): DockerContainerResource {
  const isTerminal = typeof attach === 'object';
  const start = ['/usr/local/bin/start', '--', command];
  const added = Object.entries(environment).map(([key, value]) => [key, new Secret(value)] as const);
  return {
    kind: 'docker_container',
    name,
    formation,
    image: parseImage(release.image).id,
    command: isTerminal
      ? ['sh', '-c', sizedStart, 'deis-run', String(attach.rows), String(attach.columns), ...start]
      : start,
    environment: { ...appEnvironment({ id: formation }, release, process), ...Object.fromEntries(added) },
    ...appMounts(release.build, release),
    user: 'app',
    workingDirectory: '/app',
    labels: { 'deis.kind': 'run' },
    restart: 'no',
  };
}

/** Of the request that makes the container. */
function bodyOf(resource: DockerContainerResource, { attach }: OneOff): string {
  const isTerminal = typeof attach === 'object';
  // A converge removes what carries the formation's label and is in no databag.
  return JSON.stringify({
    ...containerBody(resource, { 'deis.formation': '' }),
    ...(isTerminal || attach === 'input'
      ? { OpenStdin: true, StdinOnce: true, AttachStdin: true, Tty: isTerminal }
      : {}),
  });
}
