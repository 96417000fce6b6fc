/** What people who know Heroku type, and what does that here. */
export const herokuWords: Readonly<Record<string, string>> = {
  apps: 'deis formations',
  'apps:create': 'deis create',
  'apps:destroy': 'deis destroy',
  'apps:info': 'deis info',
  'apps:open': 'deis open',
  access: 'deis perms',
  'access:add': 'deis perms:create',
  'access:remove': 'deis perms:delete',
  'config:add': 'deis config:set',
  'config:remove': 'deis config:unset',
  'logs:tail': 'deis logs --tail',
  members: 'deis perms',
  'members:add': 'deis perms:create',
  'members:remove': 'deis perms:delete',
  'ps:exec': 'deis run, in a container of its own',
  'ps:kill': 'deis restart',
  'ps:resize': 'deis limits:set',
  'ps:scale': 'deis scale',
  'ps:stop': 'deis restart, or deis scale with 0',
  'ps:type': 'deis limits:set',
  'run:detached': 'deis run --detach',
  'run:inside': 'deis run',
  webhooks: 'deis hooks',
  'webhooks:add': 'deis hooks:add',
};

const services =
  'there are no add-ons: run the service elsewhere, and give the app its URL with deis config:set';

/** The line that helps after a word of Heroku's; undefined where it is none, or one that works here. */
export function herokuHint(word: string): string | undefined {
  const group = word.split(':')[0]!;
  if (['addons', 'pg', 'redis'].includes(group)) return services;
  return Object.hasOwn(herokuWords, word) ? `here it is: ${herokuWords[word]}` : undefined;
}
