import { shellWord } from './shell-word.js';

/** What platform admins do. */
export const platformCommands = {
  invite: (email = '') => `deis users:invite${email === '' ? '' : ` ${shellWord(email)}`}`,
  registration: (mode: string) => `deis users:registration ${mode}`,
  addAdmin: (username: string) => `deis perms:create ${username} --admin`,
  removeAdmin: (username: string) => `deis perms:delete ${username} --admin`,
  audit: (formation: string | undefined) =>
    formation === undefined ? 'deis audit --all' : `deis audit -f ${formation}`,
} as const;
