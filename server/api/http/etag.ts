import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { Outdated } from '../../../base/errors.js';

/** Strong entity tag (RFC 9110 section 8.8.3) of a JSON body as it is sent: equal bodies have equal tags. */
export function etagOf(json: string): string {
  return `"${createHash('sha256').update(json).digest('base64url').slice(0, 27)}"`;
}

/** Whether the caller has this body already: `If-None-Match` names its tag, or `*`. */
export function isKnown(request: Pick<Request, 'headers'>, tag: string): boolean {
  return names(request.headers['if-none-match'], tag);
}

/**
 * For an update: @param current the bodies that a GET would answer now, where it has several forms. @throws Outdated
 * when `If-Match` is there and names the tag of none
 */
export function requireMatch(request: Pick<Request, 'headers'>, ...current: readonly unknown[]): void {
  const wanted = request.headers['if-match'];
  if (wanted !== undefined && !current.some((body) => names(wanted, etagOf(JSON.stringify(body)))))
    throw new Outdated('it has changed since you read it: read it again, and repeat the change');
}

/** The header that updates listen to, for their documentation. */
export const ifMatch = {
  'If-Match':
    'The `ETag` of what the change was made from; when it has changed since, nothing is done (412).',
};

function names(header: string | undefined, tag: string): boolean {
  const tags = (header ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
  return tags.includes(tag) || tags.includes('*');
}
