/** Domains and certificates. */
export const networkCommands = {
  addDomain: (formation: string, domain: string) => `deis domains:add ${domain || 'DOMAIN'} -f ${formation}`,
  removeDomain: (formation: string, domain: string) => `deis domains:remove ${domain} -f ${formation}`,
  autoCerts: (formation: string, action: 'enable' | 'disable' | 'refresh') =>
    `deis certs:auto ${action} -f ${formation}`,
  addCert: (formation: string) => `deis certs:add fullchain.pem privkey.pem -f ${formation}`,
  updateCert: (formation: string, cert: string) =>
    `deis certs:update ${cert} fullchain.pem privkey.pem -f ${formation}`,
  generateCert: (formation: string) => `deis certs:generate -f ${formation}`,
  removeCert: (formation: string, cert: string) => `deis certs:remove ${cert} -f ${formation}`,
} as const;
