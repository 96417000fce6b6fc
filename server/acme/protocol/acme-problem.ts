import { z } from 'zod';

/** What a CA says of a request, or of a name, that it refuses (RFC 8555, section 6.7). */
export interface ProblemDocument {
  /** The last part of its URN: `rateLimited`. */
  readonly type: string;
  /** The CA's own words. */
  readonly detail: string;
  /** Of single names. */
  readonly subproblems: readonly { readonly name: string; readonly detail: string; readonly type: string }[];
}

/** A CA that answered, and refused. */
export class AcmeProblem extends Error {
  override readonly name = 'AcmeProblem';

  constructor(
    readonly status: number,
    readonly problem: ProblemDocument,
    /** How long it asks to be left alone. */
    readonly retryAfterMs: number | undefined,
    /** The next request may use it. */
    readonly nonce?: string,
  ) {
    super(problem.detail);
  }
}

/** A CA that did not answer, or answered what is no ACME. */
export class AcmeUnreachable extends Error {
  override readonly name = 'AcmeUnreachable';
}

const maxDetail = 1000;
const maxSubproblems = 200;
const text = z
  .string()
  .default('')
  .transform((detail) => detail.replace(/\p{Cc}+/gu, ' ').slice(0, maxDetail));
const document = z.object({
  type: z.string().default(''),
  detail: text,
  subproblems: z
    .array(
      z.object({
        type: z.string().default(''),
        detail: text,
        identifier: z.object({ value: z.string() }).optional(),
      }),
    )
    .default([]),
});

/** Reads a problem document; what is none says so. */
export function readProblem(body: unknown): ProblemDocument {
  const parsed = document.safeParse(body);
  if (!parsed.success) return { type: '', detail: 'the CA did not say why', subproblems: [] };
  const { type, detail, subproblems } = parsed.data;
  return {
    type: shortType(type),
    detail: detail === '' ? 'the CA did not say why' : detail,
    subproblems: subproblems.slice(0, maxSubproblems).map((each) => ({
      name: each.identifier?.value ?? '',
      detail: each.detail,
      type: shortType(each.type),
    })),
  };
}

function shortType(type: string): string {
  return type.split(':').at(-1) ?? '';
}
