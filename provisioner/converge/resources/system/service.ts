import { UserError } from '../../../../base/errors.js';
import { resourceId } from '../../../../cookbooks/resource.js';
import type { ServiceResource } from '../../../../cookbooks/resources/system/service.js';
import { shellQuote } from '../../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../../compiled-resource.js';

export const service: ResourceCompiler<'service'> = {
  library: 'system/service.sh',
  compile(resource) {
    const unit = unitOf(resource);
    if (resource.masked === true && (resource.enabled === true || resource.running === true))
      throw new UserError(`${resourceId(resource)}: a masked unit can neither be enabled nor run`, {
        field: 'masked',
      });
    const words = shellQuote([
      unit,
      wanted(resource.running, 'active', 'inactive'),
      wanted(resource.enabled, 'enabled', 'disabled'),
      wanted(resource.masked, 'masked', 'unmasked'),
    ]);
    return {
      facts: { units: [unit] },
      test: `service_ok ${words}`,
      diff: `service_diff ${words}`,
      repair: `service_repair ${words}`,
    };
  },
  act(resource, action) {
    if (action === 'run') return undefined;
    const verb = action === 'restart' ? 'restart' : 'reload-or-restart';
    return `service_act ${shellQuote([verb, unitOf(resource)])}`;
  },
};

function wanted(value: boolean | undefined, yes: string, no: string): string {
  if (value === undefined) return '';
  return value ? yes : no;
}

function unitOf(resource: ServiceResource): string {
  if (!/^[A-Za-z0-9:_.@-]+$/.test(resource.name))
    throw new UserError(`${resourceId(resource)}: not a valid name of a systemd unit`, { field: 'name' });
  return /\.(service|socket|timer|target|mount|path)$/.test(resource.name)
    ? resource.name
    : `${resource.name}.service`;
}
