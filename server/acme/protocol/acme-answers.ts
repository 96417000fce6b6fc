import { z } from 'zod';
import { AcmeUnreachable } from './acme-problem.js';

// What a CA answers (RFC 8555, section 7.1), as far as it is read here.

const maxNames = 1000;
const url = z.url().max(2000);
const problem = z.unknown().optional();

export const directorySchema = z.object({
  newNonce: url,
  newAccount: url,
  newOrder: url,
  /** Absent: the CA does not say when to renew (RFC 9773). */
  renewalInfo: url.optional(),
  meta: z
    .object({
      termsOfService: z.string().optional(),
      /** Names that CAA records may give it. */
      caaIdentities: z.array(z.string()).max(100).default([]),
    })
    .default({ caaIdentities: [] }),
});
export type AcmeDirectory = z.output<typeof directorySchema>;

export const orderSchema = z.object({
  status: z.enum(['pending', 'ready', 'processing', 'valid', 'invalid']),
  identifiers: z.array(z.object({ type: z.string(), value: z.string() })).max(maxNames),
  authorizations: z.array(url).max(maxNames),
  finalize: url,
  certificate: url.optional(),
  error: problem,
});
export type AcmeOrder = z.output<typeof orderSchema>;

export const authorizationSchema = z.object({
  status: z.enum(['pending', 'valid', 'invalid', 'deactivated', 'expired', 'revoked']),
  identifier: z.object({ type: z.string(), value: z.string() }),
  challenges: z
    .array(z.object({ type: z.string(), url, status: z.string(), error: problem }))
    .max(20)
    .default([]),
});
export type AcmeAuthorization = z.output<typeof authorizationSchema>;

export const renewalInfoSchema = z.object({
  suggestedWindow: z.object({ start: z.coerce.date(), end: z.coerce.date() }),
  explanationURL: z.string().max(2000).optional(),
});

/** @throws AcmeUnreachable for an answer that is something else */
export function readAnswer<T extends z.ZodType>(schema: T, body: string, url: string): z.output<T> {
  try {
    return schema.parse(JSON.parse(body));
  } catch (error) {
    throw new AcmeUnreachable(`${new URL(url).host} answered what is no ACME`, { cause: error });
  }
}
