import type { NodeEnd } from '../types.js';
import { quoted } from './shell-word.js';

const endings = { usual: '', keep: ' --keep', purge: ' --purge-data' } as const;

/** Single nodes. */
export const nodeCommands = {
  replaceNode: (formation: string, node: string) => `deis nodes:replace ${node} -f ${formation}`,
  upgradeNode: (formation: string, node: string, reboot = false) =>
    `deis nodes:upgrade ${node}${reboot ? ' --reboot' : ''} -f ${formation}`,
  drainNode: (formation: string, node: string) => `deis nodes:drain ${node} -f ${formation}`,
  cordonNode: (formation: string, node: string) => `deis nodes:cordon ${node} -f ${formation}`,
  uncordonNode: (formation: string, node: string) => `deis nodes:uncordon ${node} -f ${formation}`,
  destroyNode: (formation: string, node: string, end: NodeEnd = 'usual') =>
    `deis nodes:destroy ${node} --confirm=${node}${endings[end]} -f ${formation}`,
  trustNode: (formation: string, node: string) => `deis nodes:trust ${node} -f ${formation}`,
  runOnNode: (formation: string, node: string, command: string) =>
    `deis nodes:ssh -f ${formation} ${node} ${command === '' ? 'COMMAND' : quoted(command)}`,
  adoptHost: (formation: string, layer: string, address: string, inner: string) =>
    [
      `deis nodes:create ${address || 'ADDRESS'} --layer=${layer}`,
      ...(inner === '' ? [] : [`--private-address=${inner}`]),
      `-f ${formation}`,
    ].join(' '),
} as const;
