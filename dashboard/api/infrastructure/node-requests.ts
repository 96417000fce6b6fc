import { async } from '../asked.js';
import { answerOf, api } from '../client.js';
import type { Operation } from '../types.js';

const at = (formation: string, node: string) => ({ params: { path: { formation, node } } });

export const replaceNode = (formation: string, node: string): Promise<Operation> =>
  answerOf(
    api.POST('/api/formations/{formation}/nodes/{node}/replace', { ...at(formation, node), ...async }),
  );
export const drainNode = (formation: string, node: string): Promise<Operation> =>
  answerOf(api.POST('/api/formations/{formation}/nodes/{node}/drain', { ...at(formation, node), ...async }));
export const cordonNode = (formation: string, node: string): Promise<unknown> =>
  answerOf(api.POST('/api/formations/{formation}/nodes/{node}/cordon', at(formation, node)));
export const uncordonNode = (formation: string, node: string): Promise<unknown> =>
  answerOf(api.POST('/api/formations/{formation}/nodes/{node}/uncordon', at(formation, node)));
/** `confirm` is the node's name again, which it needs where recipes of others run. Their data stays. */
export const destroyNode = (formation: string, node: string): Promise<Operation> =>
  answerOf(
    api.DELETE('/api/formations/{formation}/nodes/{node}', {
      params: { path: { formation, node }, query: { confirm: node } },
      ...async,
    }),
  );
