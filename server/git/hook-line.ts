import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { z } from 'zod';

/** What a hook asks. */
const hookRequest = z.object({
  hook: z.enum(['pre-receive', 'proc-receive']),
  updates: z.array(z.object({ old: z.string(), new: z.string(), ref: z.string() })),
  options: z.array(z.string()),
  /** Of pre-receive: commits that no branch here has yet; null when some are missing that they build on. */
  newCommits: z.number().nullable().optional(),
});
export type HookRequest = z.infer<typeof hookRequest>;

/** The answer that ends a hook. `refuse` is one sentence. */
export type PushVerdict = ({ readonly accept: true } | { readonly refuse: string }) & {
  /** The operation that carries the push out, or did. */
  readonly operation?: string;
  /** It had not ended when the pusher was cut off. */
  readonly isOpen?: true;
};

export const accepted: PushVerdict = { accept: true };

/** Whoever decides: may say lines to the pusher before it answers. */
export type HookDecision = (request: HookRequest, say: (line: string) => void) => Promise<PushVerdict>;

/**
 * Answers the hooks of one push, one after the other, over the file descriptor that they inherit. Ends when
 * git has closed it.
 */
export async function answerHooks(line: Duplex, decide: HookDecision): Promise<void> {
  line.on('error', () => line.destroy());
  const send = (message: PushVerdict | { readonly line: string }): void => {
    if (line.writable) line.write(`${JSON.stringify(message)}\n`);
  };
  for await (const text of createInterface({ input: line })) {
    const request = hookRequest.parse(JSON.parse(text));
    send(await decide(request, (said) => send({ line: said })));
  }
}
