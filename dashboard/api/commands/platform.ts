/** What platform admins do. */
export const platformCommands = {
  invite: () => 'deis users:invite',
  registration: (mode: string) => `deis users:registration ${mode}`,
  addAdmin: (username: string) => `deis perms:create ${username} --admin`,
  removeAdmin: (username: string) => `deis perms:delete ${username} --admin`,
  audit: (formation: string | undefined) =>
    formation === undefined ? 'deis audit --all' : `deis audit -f ${formation}`,
} as const;
