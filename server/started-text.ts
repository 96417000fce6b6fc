import type { Settings } from './settings/settings.js';

/** What a process that has started says: only one with the role `api` answers people. */
export function startedText({ roles }: Pick<Settings, 'roles'>, url: string): string {
  if (roles.has('api')) return `the controller answers at ${url}`;
  const own = [...roles].join(', ');
  return `this process has the role${roles.size === 1 ? '' : 's'} ${own}; another one serves the API`;
}
