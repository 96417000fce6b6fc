import { z } from 'zod';

/** One answer that an endpoint gives when all goes well. */
export interface DescribedAnswer {
  readonly description: string;
  /** Absent: no body. */
  readonly content?: {
    readonly type: 'application/json' | 'text/plain' | 'text/html' | 'text/event-stream';
    readonly schema: z.ZodType;
  };
}

/** By status. Problems (4xx, 5xx) are the same everywhere and not listed. */
export type Answers = Readonly<Record<number, DescribedAnswer>>;

/** 200 with a JSON body. */
export function answersWith(schema: z.ZodType, description = 'Done.'): Answers {
  return { 200: { description, content: { type: 'application/json', schema } } };
}

/** 201 with the thing as created. */
export function answersCreated(schema: z.ZodType): Answers {
  return {
    201: {
      description: 'Created; where it has an address, `Location` names it.',
      content: { type: 'application/json', schema },
    },
  };
}

/** 204. */
export const answersNothing: Answers = { 204: { description: 'Done; there is nothing to tell.' } };

/** 200 with one page of a list. */
export function answersPageOf(item: z.ZodType): Answers {
  const schema = z.object({
    count: z.int().min(0).describe('How many the list has in all.'),
    next: z.string().nullable().describe('Path of the next page, or null.'),
    previous: z.string().nullable().describe('Path of the page before, or null.'),
    results: z.array(item),
  });
  return answersWith(schema, 'One page; `next` and `previous` lead to its neighbours.');
}

/** 200 with plain text. */
export function answersText(description: string): Answers {
  return { 200: { description, content: { type: 'text/plain', schema: z.string() } } };
}

/** 200 with server-sent events (`text/event-stream`); the description says which. */
export function answersEvents(description: string): Answers {
  return { 200: { description, content: { type: 'text/event-stream', schema: z.string() } } };
}

/** A moment as the API writes it: `2026-11-21T12:00:00.000Z`. */
export const moment = z.iso.datetime({ precision: 3 });

/** What a schema describes, as the code that writes it holds it: nothing in it is changed. */
export type Json<S extends z.ZodType> = DeepReadonly<z.input<S>>;
type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
