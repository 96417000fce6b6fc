import type { Reply } from './endpoint.js';

/** 200 with a JSON body. */
export function ok(body: unknown): Reply {
  return { status: 200, body };
}

/** 201 with the thing as created and where it is from now on. */
export function created(body: unknown, location?: string): Reply {
  return { status: 201, body, ...(location === undefined ? {} : { headers: { Location: location } }) };
}

/** 204. */
export const noContent: Reply = { status: 204 };
