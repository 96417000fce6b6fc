import { containerBody } from '../../provisioner/converge/resources/container-body.js';
import { shellQuote } from '../../provisioner/ssh/shell-quote.js';
import { appEnvironment, appMounts, parseImage } from '../../cookbooks/deis/definitions/app-container.js';
import type { DatabagBuild, DatabagRelease } from '../../cookbooks/databag.js';
import { Secret } from '../../cookbooks/secret.js';

export interface OneOff {
  readonly formation: string;
  readonly release: DatabagRelease & { readonly build: DatabagBuild };
  /** Of the Docker container. */
  readonly name: string;
  /** For a shell. */
  readonly command: string;
}

/**
 * An sh program that runs a command as the app's containers run theirs (image, slug, config, user), streams its output, exits with
 * its code (125 when it could not be started) and leaves no container. The config goes to Docker's API over a pipe: in no argument
 * and in no environment but the container's own. It is one compound command, so that sh does nothing should its end be cut off.
 */
export function runScript({ formation, release, name, command }: OneOff): Secret {
  const resource = {
    kind: 'docker_container',
    name,
    formation,
    image: parseImage(release.image).id,
    command: ['/usr/local/bin/start', '--', command],
    environment: appEnvironment({ id: formation }, release, 'run.1'),
    mounts: appMounts(release.build),
    user: 'app',
    workingDirectory: '/app',
    labels: { 'deis.kind': 'run' },
    restart: 'no',
  } as const;
  // A converge removes what carries the formation's label and is in no databag.
  const body = JSON.stringify(containerBody(resource, { 'deis.formation': '' }));
  const create = ['curl', '-sS', '--fail-with-body', '--unix-socket', '/var/run/docker.sock', '-H', 'Content-Type: application/json', '--data-binary', '@-', `http://docker/containers/create?name=${encodeURIComponent(name)}`];
  return new Secret(`{
remove() { docker rm -f ${shellQuote([name])} >/dev/null 2>&1; }
trap remove EXIT
trap 'exit 129' HUP INT TERM PIPE
answer=$(printf %s ${shellQuote([body])} | ${shellQuote(create)}) || { printf '%s\\n' "$answer" >&2; exit 125; }
docker start -a ${shellQuote([name])} </dev/null
exit $?
}
`);
}
