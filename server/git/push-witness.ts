import type { HookRequest, PushVerdict } from './hook-line.js';

/** What a push came to, for the audit log. */
export interface PushEnd {
  /** `done`, `failed: why`, `refused: why` and the like. */
  readonly outcome: string;
  readonly operation?: string | undefined;
}

/** How a transfer ended. */
export interface GitEnd {
  /** Of git. */
  readonly code: number;
  readonly push?: PushEnd;
}

/** Who has nothing to push sends git's flush packet, and no more. */
const flushBytes = 4;

/**
 * Sees what a push comes to. Git's own exit code does not say it: git ends well also when every ref was
 * refused, because the hooks have told that to the pusher.
 */
export class PushWitness {
  #bytes = 0;
  #isAsked = false;
  #verdict: PushVerdict | undefined;
  #full: string | undefined;

  /** Whether a hook was heard. */
  get isAsked(): boolean {
    return this.#isAsked;
  }

  /** The client sent so many bytes. */
  sent(bytes: number): void {
    this.#bytes += bytes;
  }

  /** There was no more room while it arrived. */
  filled(why: string): void {
    this.#full = why;
  }

  /** A hook got this verdict, which is handed back. That pre-receive accepts decides nothing yet. */
  heard(hook: HookRequest['hook'], verdict: PushVerdict): PushVerdict {
    this.#isAsked = true;
    if (hook === 'proc-receive' || 'refuse' in verdict) this.#verdict = verdict;
    return verdict;
  }

  /** @param code git's own */
  end(code: number): PushEnd {
    if (this.#full !== undefined) return { outcome: `refused: ${this.#full}` };
    if (this.#verdict !== undefined) return endOf(this.#verdict);
    if (code !== 0) return { outcome: 'failed' };
    return {
      outcome: this.#bytes > flushBytes ? 'refused: git itself took none of it' : 'nothing was pushed',
    };
  }
}

function endOf(verdict: PushVerdict): PushEnd {
  const { operation } = verdict;
  if (!('refuse' in verdict)) return { outcome: 'done', operation };
  if (operation === undefined) return { outcome: `refused: ${verdict.refuse}` };
  if (verdict.isOpen === true) return { outcome: 'disconnected before the deploy ended', operation };
  return { outcome: verdict.refuse.replace(/^deploy /, ''), operation };
}
