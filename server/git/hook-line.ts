import type { Duplex } from 'node:stream';
import { HookBytes, LineEnded } from './hook-bytes.js';
import { HookReply } from './hook-reply.js';

/** What a hook asks. */
export interface HookRequest {
  readonly hook: 'pre-receive' | 'proc-receive';
  readonly updates: readonly { readonly old: string; readonly new: string; readonly ref: string }[];
  readonly options: readonly string[];
  /** Of pre-receive: commits that no branch here has yet; null when some are missing that they build on. */
  readonly newCommits?: number | null;
}

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

/** Characters of a failed deploy's reason that git repeats behind the name of the branch. */
const maxReason = 80;

/**
 * Answers the hooks of one push, one after the other, over the file descriptor that they inherit: push-hook.sh is
 * their end of it. Ends when git has closed it. @throws what `decide` throws: the hook, left without an answer,
 * refuses when its line is closed
 */
export async function answerHooks(line: Duplex, decide: HookDecision): Promise<void> {
  line.on('error', () => line.destroy());
  const bytes = new HookBytes(line);
  try {
    for (;;) await answerHook(bytes, new HookReply(line), decide);
  } catch (error) {
    if (!(error instanceof LineEnded)) throw error;
  }
}

async function answerHook(bytes: HookBytes, reply: HookReply, decide: HookDecision): Promise<void> {
  bytes.begin();
  const [hook = '', commits = ''] = (await bytes.line()).split(' ');
  const say = (text: string): void => reply.say(text);
  if (hook === 'proc-receive') return answerProcReceive(bytes, reply, decide);
  if (hook !== 'pre-receive') throw new Error(`a hook of the name ${hook} is not known here`);
  const updates = await readUpdates(bytes);
  const newCommits = /^\d+$/.test(commits) ? Number(commits) : null;
  const verdict = await decide({ hook, updates, options: [], newCommits }, say);
  if ('refuse' in verdict) say(verdict.refuse);
  reply.end('refuse' in verdict ? 1 : 0);
}

async function readUpdates(bytes: HookBytes): Promise<HookRequest['updates']> {
  const updates: HookRequest['updates'][number][] = [];
  for (let text = await bytes.line(); text !== ''; text = await bytes.line()) updates.push(parseUpdate(text));
  return updates;
}

/** Git's own protocol of this hook, in which it answers for each ref by itself. */
async function answerProcReceive(bytes: HookBytes, reply: HookReply, decide: HookDecision): Promise<void> {
  const [greeting = ''] = await bytes.packets();
  const [version, features = ''] = greeting.split('\0');
  if (version !== 'version=1') throw new Error(`git speaks ${version} to proc-receive, not version=1`);
  const withOptions = features.split(' ').includes('push-options');
  if (withOptions) reply.takeOptions();
  else reply.report([packet('version=1'), packet('')]);
  const updates = (await bytes.packets()).map(parseUpdate);
  const options = withOptions ? await bytes.packets() : [];
  const verdict = await decide({ hook: 'proc-receive', updates, options }, (text) => reply.say(text));
  const answers = updates.map(({ ref }) =>
    packet('refuse' in verdict ? `ng ${ref} ${beginningOf(verdict, verdict.refuse)}` : `ok ${ref}`),
  );
  reply.report([...answers, packet('')]);
  reply.end(0);
}

function parseUpdate(text: string): HookRequest['updates'][number] {
  const [old = '', next = '', ...ref] = text.split(' ');
  return { old, new: next, ref: ref.join(' ') };
}

/** Above git's own line the pusher has read all of a deploy that failed. */
function beginningOf({ operation }: PushVerdict, refusal: string): string {
  const [line = ''] = refusal.split('\n');
  return operation === undefined || line.length <= maxReason
    ? line
    : `${line.slice(0, maxReason).replace(/\s+\S*$/, '')} ...`;
}

function packet(text: string): string {
  const bytes = Buffer.byteLength(text);
  return bytes === 0 ? '0000' : (bytes + 4).toString(16).padStart(4, '0') + text;
}
