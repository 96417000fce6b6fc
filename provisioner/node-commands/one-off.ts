import {
  appEnvironment,
  appProcess,
  onNetwork,
  type RunnableRelease,
} from '../../cookbooks/deis/definitions/app-container.js';
import { placesOf } from '../../cookbooks/deis/definitions/guest-places.js';
import type { DockerContainerResource } from '../../cookbooks/resources/containers/docker-container.js';
import { Secret } from '../../base/secret.js';
import { containerBody } from '../converge/resource-helpers/container-body.js';
import { programText } from './node-program.js';

/** In characters. */
export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

/** A command that runs once, as the app's containers run theirs: image, slug, config, user. */
export interface OneOff {
  readonly formation: string;
  /** Of a guest: whose nodes it lives on. */
  readonly host?: string | undefined;
  readonly release: RunnableRelease;
  /** Of the Docker container. */
  readonly name: string;
  /** For a shell; empty: what the release's image says. */
  readonly command: string;
  /** `run.3`: what it is called in its environment. */
  readonly process: string;
  /** What its container may use; absent: as much as there is. */
  readonly limits?: Pick<DockerContainerResource, 'memory' | 'cpus'>;
  /** Wins over the app's config. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Who is at the other end of it. `detached`: nobody; `created`: nobody, and it is not started; `output`:
 * somebody who only reads; `input`: somebody who writes, too; a size: somebody at a terminal.
 */
export type OneOffAttach = 'detached' | 'created' | 'output' | 'input' | TerminalSize;

/** The container in which it runs. */
export function oneOffContainer(
  { formation, host, release, name, command, process, limits = {}, environment = {} }: OneOff,
  attach: OneOffAttach,
): DockerContainerResource {
  const whose = { id: formation, ...(host === undefined ? {} : { host }) };
  const app = appProcess(release, command, placesOf(whose).slugs);
  const added = Object.entries(environment).map(([key, value]) => [key, new Secret(value)] as const);
  return {
    kind: 'docker_container',
    name,
    formation,
    ...app,
    ...onNetwork(whose),
    ...(typeof attach === 'object' && app.command !== undefined
      ? { command: sized(attach, app.command) }
      : {}),
    environment: { ...appEnvironment({ id: formation }, release, process), ...Object.fromEntries(added) },
    labels: { 'deis.kind': 'run' },
    restart: 'no',
    ...limits,
  };
}

/** The body of the request by which Docker makes that container. Holds the app's config. */
export function oneOffBody(container: DockerContainerResource, attach: OneOffAttach): string {
  const isTerminal = typeof attach === 'object';
  // A converge removes what carries the formation's label and is in no databag.
  return JSON.stringify({
    ...containerBody(container, { 'deis.formation': '' }),
    ...(isTerminal || attach === 'input'
      ? { OpenStdin: true, StdinOnce: true, AttachStdin: true, Tty: isTerminal }
      : {}),
  });
}

function sized({ rows, columns }: TerminalSize, command: readonly string[]): string[] {
  const program = programText(['one-off-terminal.sh']).trimEnd();
  return ['sh', '-c', program, 'deis-run', String(rows), String(columns), ...command];
}
