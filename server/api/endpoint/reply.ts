import { etagOf } from '../http/etag.js';
import type { Reply } from './endpoint.js';

/** 200 with a JSON body. */
export function ok(body: unknown): Reply {
  return { status: 200, body };
}

/** As `ok`, of what a change is made to: with the tag by which `requireMatch` knows `whole` again. */
export function okWithTagOf(whole: unknown, body: unknown): Reply {
  return { ...ok(body), headers: { ETag: etagOf(JSON.stringify(whole)) } };
}

/** 201 with the thing as created and where it is from now on. */
export function created(body: unknown, location?: string): Reply {
  return { status: 201, body, ...(location === undefined ? {} : { headers: { Location: location } }) };
}

/** 204. */
export const noContent: Reply = { status: 204 };
