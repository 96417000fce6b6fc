import { UserError } from '../../../../base/errors.js';
import { resourceId } from '../../../../cookbooks/resource.js';
import type { ExecuteResource } from '../../../../cookbooks/resources/system/execute.js';
import { shellQuote } from '../../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../../compiled-resource.js';
import { reveal } from '../../resource-helpers/reveal.js';

export const execute: ResourceCompiler<'execute'> = {
  compile(resource) {
    return {
      test: testOf(resource),
      ...(resource.onlyWhenNotified === true
        ? {}
        : { diff: `printf -- '+%s\\n' ${shellQuote([resource.command.join(' ')])}` }),
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
  if (program === undefined)
    throw new UserError(`${resourceId(resource)}: an empty command`, { field: 'command' });
  return [
    `cd -- ${shellQuote([resource.cwd ?? '/'])}`,
    ...Object.entries(resource.environment ?? {}).map(([name, value]) =>
      exportOf(resource, name, reveal(value)),
    ),
    `exec timeout --kill-after 10 ${resource.timeoutSeconds ?? 600} ` +
      `${shellQuote([...asUser(resource), ...resource.command])}`,
  ].join('\n');
}

function asUser(resource: ExecuteResource): string[] {
  if (resource.user === undefined) return [];
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(resource.user))
    throw new UserError(`${resourceId(resource)}: ${resource.user} is not a valid name of a user`, {
      field: 'user',
    });
  return ['runuser', '-u', resource.user, '--'];
}

function exportOf(resource: ExecuteResource, name: string, value: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new UserError(`${resourceId(resource)}: ${name} is not a valid name of an environment variable`, {
      field: 'environment',
    });
  return `export ${name}=${shellQuote([value])}`;
}
