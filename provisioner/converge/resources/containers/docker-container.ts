import { createHash } from 'node:crypto';
import { UserError } from '../../../../base/errors.js';
import { resourceId } from '../../../../cookbooks/resource.js';
import type { DockerContainerResource } from '../../../../cookbooks/resources/containers/docker-container.js';
import { shellQuote } from '../../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../../compiled-resource.js';
import { containerBody, specifiedBody } from '../../resource-helpers/container-body.js';
import { containersUrl } from '../../resource-helpers/docker-api.js';

export const dockerContainer: ResourceCompiler<'docker_container'> = {
  library: 'containers/docker-container.sh',
  compile(resource, n) {
    const name = containerName(resource);
    checkEnvironment(resource);
    checkOverlay(resource);
    const spec = specOf(resource);
    const body = JSON.stringify(containerBody(resource, { 'deis.container': name, 'deis.spec': spec }));
    return {
      facts: { docker: [containersUrl(resource.formation)] },
      functions: { [`body_${n}`]: `printf %s ${shellQuote([body])}` },
      test: `container_ok ${shellQuote([name, spec])}`,
      diff: `container_diff ${shellQuote([name, spec])}`,
      repair: `container_run ${shellQuote([name, spec, `body_${n}`, resource.overlay?.lower ?? ''])}`,
      lane: 'docker_container',
    };
  },
};

/** Names the whole specification, secrets included; the restart policy is state, and no part of it. */
function specOf(resource: DockerContainerResource): string {
  const body = JSON.stringify(specifiedBody({ ...resource, restart: 'no' }, {}));
  return createHash('sha256').update(body).digest('hex');
}

/** A container's name in the form that Docker takes. @throws UserError */
export function containerName(resource: {
  readonly kind: 'docker_container' | 'container_health';
  readonly name: string;
}): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]+$/.test(resource.name))
    throw new UserError(`${resourceId(resource)}: not a valid name of a container`, { field: 'name' });
  return resource.name;
}

/** The kernel takes the directories of an overlay in a list with separators of its own. */
function checkOverlay(resource: DockerContainerResource): void {
  for (const [field, path] of Object.entries(resource.overlay ?? {}))
    if (!/^\/[^,:\\\n]+$/.test(String(path)))
      throw new UserError(
        `${resourceId(resource)}: ${JSON.stringify(path)} is not a valid ${field} of an overlay: expected an ` +
          'absolute path without , : and \\, e.g. /app',
        { field: `overlay.${field}` },
      );
}

function checkEnvironment(resource: DockerContainerResource): void {
  for (const [name, value] of Object.entries(resource.environment)) {
    if (name === '' || /[=\0]/.test(name))
      throw new UserError(
        `${resourceId(resource)}: ${JSON.stringify(name)} is not a valid name of an environment variable`,
        { field: 'environment' },
      );
    if (value.reveal().includes('\0'))
      throw new UserError(`${resourceId(resource)}: the value of ${name} holds a NUL byte`, {
        field: `environment.${name}`,
      });
  }
}
