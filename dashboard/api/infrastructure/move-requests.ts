import { async, of } from '../asked.js';
import { answerOf, api } from '../client.js';
import type { Operation } from '../types.js';

const move = (
  formation: string,
  body: { on: string } | { off: true } | { finish: true },
): Promise<Operation> =>
  answerOf(api.POST('/api/formations/{formation}/move', { ...of(formation), ...async, body }));

/** To the nodes of another host, or to its own by its own name. */
export const moveFormation = (formation: string, on: string): Promise<Operation> =>
  move(formation, on === formation ? { off: true } : { on });
/** What a move has left off its former host goes. */
export const finishMove = (formation: string): Promise<Operation> => move(formation, { finish: true });
