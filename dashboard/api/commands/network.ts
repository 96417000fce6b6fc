import type { GeneratedCert } from '../types.js';
import { shellWord } from './shell-word.js';

/** Domains and certificates. */
export const networkCommands = {
  addDomain: (formation: string, domain: string) => `deis domains:add ${domain || 'DOMAIN'} -f ${formation}`,
  removeDomain: (formation: string, domain: string) => `deis domains:remove ${domain} -f ${formation}`,
  autoCerts: (formation: string, action: 'enable' | 'disable' | 'refresh') =>
    `deis certs:auto ${action} -f ${formation}`,
  addCert: (formation: string, id = '') =>
    `deis certs:add fullchain.pem privkey.pem${id === '' ? '' : ` --id=${shellWord(id)}`} -f ${formation}`,
  updateCert: (formation: string, cert: string) =>
    `deis certs:update ${cert} fullchain.pem privkey.pem -f ${formation}`,
  generateCert: (formation: string, { id, domains = [], days }: GeneratedCert) =>
    [
      'deis certs:generate',
      ...domains.map(shellWord),
      ...(id === undefined ? [] : [`--id=${shellWord(id)}`]),
      ...(days === undefined ? [] : [`--days=${days}`]),
      `-f ${formation}`,
    ].join(' '),
  removeCert: (formation: string, cert: string) => `deis certs:remove ${cert} -f ${formation}`,
} as const;
