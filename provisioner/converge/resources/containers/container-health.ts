import { UserError } from '../../../../base/errors.js';
import { resourceId } from '../../../../cookbooks/resource.js';
import type { ContainerHealthResource } from '../../../../cookbooks/resources/containers/container-health.js';
import { shellQuote } from '../../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../../compiled-resource.js';
import { containerName } from './docker-container.js';

export const containerHealth: ResourceCompiler<'container_health'> = {
  library: 'containers/container-health.sh',
  compile(resource) {
    const { check } = resource;
    const name = containerName(resource);
    const words = checkWords(resource);
    const deadline = check.kind === 'none' ? check.settleSeconds : check.deadlineSeconds;
    if (!Number.isInteger(deadline) || deadline < 0)
      throw new UserError(`${resourceId(resource)}: a health check needs whole seconds`, { field: 'health' });
    return {
      test: 'false',
      repair: `health_wait ${shellQuote([name, String(resource.port), String(deadline), ...pace(resource), ...words])}`,
      waits: true,
      lane: 'container_health',
    };
  },
};

/** Seconds between checks (0: as often as can be), failures that count (0: none), and seconds until they do. */
function pace(resource: ContainerHealthResource): string[] {
  const { retries = 0, startSeconds = 0, intervalSeconds = retries === 0 ? 0 : 1 } = resource.check;
  const all = [intervalSeconds, retries, startSeconds];
  if (!all.every((each) => Number.isInteger(each) && each >= 0))
    throw new UserError(`${resourceId(resource)}: interval, retries and start are whole numbers`, {
      field: 'health',
    });
  return all.map(String);
}

/** Kind, and of http path, seconds and good statuses. */
function checkWords(resource: ContainerHealthResource): string[] {
  const { kind, path = '/', status = [200, 399], timeoutSeconds = 5 } = resource.check;
  if (kind !== 'http') return [kind];
  if (!/^\/[\x21-\x7e]*$/.test(path))
    throw new UserError(`${resourceId(resource)}: a health path begins with / and is plain ASCII`, {
      field: 'health.path',
    });
  if (![...status, timeoutSeconds].every((each) => Number.isInteger(each) && each > 0))
    throw new UserError(`${resourceId(resource)}: statuses and timeouts are whole numbers`, {
      field: 'health',
    });
  return [kind, path, String(timeoutSeconds), ...status.map(String)];
}
