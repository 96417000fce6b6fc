/** Roles, and who owns a formation. */
export const peopleCommands = {
  givePerm: (formation: string, username: string, role: string) =>
    `deis perms:create ${username || 'USERNAME'} --role=${role} -f ${formation}`,
  takePerm: (formation: string, username: string) => `deis perms:delete ${username} -f ${formation}`,
  offer: (formation: string, username: string) =>
    `deis formations:transfer ${username || 'USERNAME'} -f ${formation}`,
  withdrawOffer: (formation: string) => `deis transfers:withdraw ${formation}`,
  acceptOffer: (formation: string) => `deis transfers:accept ${formation}`,
  declineOffer: (formation: string) => `deis transfers:decline ${formation}`,
} as const;
