import { UserError } from '../../../cookbooks/errors.js';
import { resourceId } from '../../../cookbooks/resource.js';
import type { ExecuteResource } from '../../../cookbooks/resources/execute.js';
import { shellQuote } from '../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../compiled-resource.js';
import { reveal } from './reveal.js';

export const execute: ResourceCompiler<'execute'> = {
  compile(resource) {
    return {
      test: testOf(resource),
      ...(resource.onlyWhenNotified === true ? {} : { diff: `printf -- '+%s\\n' ${shellQuote([resource.command.join(' ')])}` }),
      repair: compileCommand(resource),
    };
  },
  act: (resource, action) => (action === 'run' ? compileCommand(resource) : undefined),
};

function testOf(resource: ExecuteResource): string {
  if (resource.onlyWhenNotified === true) return ':';
  return resource.creates === undefined ? 'false' : `[ -e ${shellQuote([resource.creates])} ]`;
}

function compileCommand(resource: ExecuteResource): string {
  const [program] = resource.command;
  if (program === undefined) throw new UserError(`${resourceId(resource)}: an empty command`, { field: 'command' });
  return [
    ...(resource.cwd === undefined ? [] : [`cd -- ${shellQuote([resource.cwd])}`]),
    ...Object.entries(resource.environment ?? {}).map(([name, value]) => exportOf(resource, name, reveal(value))),
    `exec timeout --kill-after 10 ${resource.timeoutSeconds ?? 600} ${shellQuote(resource.command)}`,
  ].join('\n');
}

function exportOf(resource: ExecuteResource, name: string, value: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new UserError(`${resourceId(resource)}: ${name} is no name of an environment variable`, { field: 'environment' });
  return `export ${name}=${shellQuote([value])}`;
}
