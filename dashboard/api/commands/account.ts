/** One's own account. */
export const accountCommands = {
  createToken: (name: string, scope: string, formation: string, days: string) =>
    [
      `deis tokens:create ${name || 'NAME'} --scope=${scope}`,
      ...(days === '' ? [] : [`--days=${days}`]),
      ...(scope === 'deploy' ? [`-f ${formation || 'FORMATION'}`] : []),
    ].join(' '),
  changePassword: () => 'deis auth:passwd',
  deleteAccount: (username: string) => `deis auth:cancel --confirm=${username}`,
  /** Without a path: the public key in ~/.ssh. */
  addKey: (id: string) => `deis keys:add${id === '' ? '' : ` --id=${id}`}`,
  removeKey: (key: string) => `deis keys:remove ${key}`,
  removePasskey: (passkey: string) => `deis passkeys:remove ${passkey}`,
  revokeToken: (id: number) => `deis tokens:revoke ${id}`,
} as const;
