import { UserError } from '../../../../base/errors.js';
import { resourceId } from '../../../../cookbooks/resource.js';
import type { CronResource } from '../../../../cookbooks/resources/system/cron.js';
import { Secret } from '../../../../base/secret.js';
import type { ResourceCompiler } from '../../compiled-resource.js';
import { file } from '../files/file.js';
import { holdsSecret, reveal } from '../../resource-helpers/reveal.js';

const fields = ['minute', 'hour', 'day', 'month', 'weekday'] as const;

/** A job that no daemon reads would be a promise that nobody keeps. */
const daemonIsThere = [
  'sh',
  '-c',
  'command -v cron >/dev/null || { echo "no cron daemon is installed: ' +
    'declare the package cron before" >&2; exit 1; }',
];

export const cron: ResourceCompiler<'cron'> = {
  library: 'files/file.sh',
  compile(resource, n) {
    if (!/^[A-Za-z0-9_-]+$/.test(resource.name))
      throw new UserError(
        `${resourceId(resource)}: a name in /etc/cron.d has letters, digits, ` +
          '_ and - alone, or cron passes it over',
        { field: 'name' },
      );
    const path = `/etc/cron.d/${resource.name}`;
    if (resource.action === 'delete') return file.compile({ kind: 'file', name: path, action: 'delete' }, n);
    const mode = holdsSecret(resource.environment) ? '0600' : '0644';
    return file.compile(
      { kind: 'file', name: path, mode, content: new Secret(crontab(resource)), verify: daemonIsThere },
      n,
    );
  },
};

function crontab(resource: CronResource): string {
  const { user = 'root', command, time, environment = {} } = resource;
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(user))
    throw new UserError(`${resourceId(resource)}: ${user} is not a valid name of a user`, { field: 'user' });
  const when =
    time === undefined ? fields.map((name) => scheduleField(resource, name)).join(' ') : `@${time}`;
  const lines = Object.entries(environment).map(([name, value]) => variable(resource, name, reveal(value)));
  return [
    ...lines,
    `${when} ${user} ${oneLine(resource, 'command', command).replaceAll('%', '\\%')}`,
    '',
  ].join('\n');
}

function scheduleField(resource: CronResource, name: (typeof fields)[number]): string {
  const value = resource[name] ?? '*';
  if (!/^[0-9A-Za-z*,/-]+$/.test(value))
    throw new UserError(
      `${resourceId(resource)}: ${name} ${JSON.stringify(value)} is none of a number, ` +
        'a list, a range, a step or *',
      { field: name },
    );
  return value;
}

/** Cron takes quotes off the ends of a value, and nothing else. */
function variable(resource: CronResource, name: string, value: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new UserError(`${resourceId(resource)}: ${name} is not a valid name of an environment variable`, {
      field: 'environment',
    });
  const text = oneLine(resource, `environment.${name}`, value);
  if (!text.includes('"')) return `${name}="${text}"`;
  if (!text.includes("'")) return `${name}='${text}'`;
  throw new UserError(
    `${resourceId(resource)}: cron can carry no value with both kinds of quotes (${name})`,
    { field: `environment.${name}` },
  );
}

function oneLine(resource: CronResource, field: string, text: string): string {
  if (text === '' && field === 'command')
    throw new UserError(`${resourceId(resource)}: an empty command`, { field });
  if (/[\n\0]/.test(text))
    throw new UserError(`${resourceId(resource)}: ${field} must be one line`, { field });
  return text;
}
