import { UserError } from '../../../cookbooks/errors.js';
import { resourceId } from '../../../cookbooks/resource.js';
import type { ContainerHealthResource } from '../../../cookbooks/resources/container-health.js';
import { shellQuote } from '../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../compiled-resource.js';
import { containerName } from './docker-container.js';

export const containerHealth: ResourceCompiler<'container_health'> = {
  library: 'container-health.sh',
  compile(resource) {
    const { check } = resource;
    const name = containerName(resource);
    const [kind, detail] = checkWords(resource);
    const deadline = check.kind === 'none' ? check.settleSeconds : check.deadlineSeconds;
    if (!Number.isInteger(deadline) || deadline < 0) throw new UserError(`${resourceId(resource)}: a health check needs whole seconds`, { field: 'health' });
    return { test: 'false', repair: `health_wait ${shellQuote([name, String(resource.port), String(deadline), kind, detail])}`, waits: true, lane: 'container_health' };
  },
};

function checkWords(resource: ContainerHealthResource): [kind: string, detail: string] {
  const { kind, path = '/' } = resource.check;
  if (kind === 'http' && !/^\/[\x21-\x7e]*$/.test(path)) throw new UserError(`${resourceId(resource)}: a health path begins with / and is plain ASCII`, { field: 'health.path' });
  return [kind, kind === 'http' ? path : ''];
}
