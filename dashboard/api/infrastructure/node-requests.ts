import { async } from '../asked.js';
import { answerOf, api } from '../client.js';
import type { HostKey, NodeEnd, Operation } from '../types.js';

const at = (formation: string, node: string) => ({ params: { path: { formation, node } } });

export const replaceNode = (formation: string, node: string): Promise<Operation> =>
  answerOf(
    api.POST('/api/formations/{formation}/nodes/{node}/replace', { ...at(formation, node), ...async }),
  );
/** Without a reboot the operation says where it is needed. */
export const upgradeNode = (formation: string, node: string, reboot: boolean): Promise<Operation> =>
  answerOf(
    api.POST('/api/formations/{formation}/nodes/{node}/upgrade', {
      ...at(formation, node),
      ...async,
      body: { reboot },
    }),
  );
export const drainNode = (formation: string, node: string): Promise<Operation> =>
  answerOf(api.POST('/api/formations/{formation}/nodes/{node}/drain', { ...at(formation, node), ...async }));
export const cordonNode = (formation: string, node: string): Promise<unknown> =>
  answerOf(api.POST('/api/formations/{formation}/nodes/{node}/cordon', at(formation, node)));
export const uncordonNode = (formation: string, node: string): Promise<unknown> =>
  answerOf(api.POST('/api/formations/{formation}/nodes/{node}/uncordon', at(formation, node)));
/** `confirm` is the node's name again, which it needs where recipes of others run. */
export const destroyNode = (formation: string, node: string, end: NodeEnd): Promise<Operation> =>
  answerOf(
    api.DELETE('/api/formations/{formation}/nodes/{node}', {
      params: {
        path: { formation, node },
        query: {
          confirm: node,
          keep: end === 'keep' ? 'true' : 'false',
          purge_data: end === 'purge' ? 'true' : 'false',
        },
      },
      ...async,
    }),
  );

/** The SSH key that a node shows now, whatever is trusted. */
export const readNodeKey = (formation: string, node: string): Promise<HostKey> =>
  answerOf(api.GET('/api/formations/{formation}/nodes/{node}/host-key', at(formation, node)));
/** Trusts this key in place of the old one. @param key in OpenSSH form */
export const trustNode = (formation: string, node: string, key: string): Promise<unknown> =>
  answerOf(
    api.POST('/api/formations/{formation}/nodes/{node}/trust', {
      ...at(formation, node),
      body: { host_key: key },
    }),
  );
