import type { Drain, NewDrain } from '../../api/types.js';
import { amountIn } from '../metrics/units.js';

/** What is typed of a new drain; an empty name or type is left to the controller. */
export interface TypedDrain {
  readonly url: string;
  readonly id: string;
  readonly type: '' | 'loki';
}

/** What the API is given. */
export function givenDrain({ url, id, type }: TypedDrain): NewDrain {
  return { url: url.trim(), ...(id !== '' && { id }), ...(type !== '' && { type }) };
}

/** How far it has got: `1200 lines sent, 3 never will be, 2.0 MB wait`. */
export function progressOf({ sent, unsent, backlog }: Pick<Drain, 'sent' | 'unsent' | 'backlog'>): string {
  return [
    `${sent} line${sent === 1 ? '' : 's'} sent`,
    ...(unsent === 0 ? [] : [`${unsent} never will be`]),
    ...(backlog === 0 ? [] : [`${amountIn('bytes', backlog)} wait`]),
  ].join(', ');
}
