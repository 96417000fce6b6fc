import { isIP } from 'node:net';
import { Agent, request } from 'undici';
import { messageOf, UserError } from '../../base/errors.js';
import { allowedLookup, type RemoteNetworks } from '../remote/remote-networks.js';
import { remoteRefusal } from '../remote/remote-refusal.js';

const answerMs = 10_000;
const maxAnswerBytes = 64 * 1024;
const maxErrorLength = 300;

/** What came of sending: a status below 300 is taken for received. */
export interface Sent {
  readonly status: number | null;
  readonly error: string | null;
}

/** Sends to hooks, and to no address that is not allowed, whatever a name resolves to. Follows no redirect. */
export class HookSender {
  readonly #agent: Agent;

  constructor(private readonly networks: Pick<RemoteNetworks, 'allows'>) {
    this.#agent = new Agent({
      headersTimeout: answerMs,
      bodyTimeout: answerMs,
      maxResponseSize: maxAnswerBytes,
      connect: { timeout: answerMs, lookup: allowedLookup(networks, notAllowed) },
    });
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  /** Never throws for what the other side does; an error names no more of the URL than its host. */
  async send(
    url: string,
    { headers, body, signal }: { headers: Record<string, string>; body: string; signal: AbortSignal },
  ): Promise<Sent> {
    try {
      requireAllowed(new URL(url), this.networks);
      const within = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
      const answer = await request(url, {
        method: 'POST',
        headers,
        body,
        signal: within,
        dispatcher: this.#agent,
      });
      await answer.body.dump({ limit: maxAnswerBytes, signal: within }).catch(() => undefined);
      const { statusCode: status } = answer;
      return { status, error: status < 300 ? null : `it answered ${status}` };
    } catch (error) {
      signal.throwIfAborted();
      return { status: null, error: messageOf(error).slice(0, maxErrorLength) };
    }
  }
}

/** @throws UserError for a URL that no hook may have: another scheme, a password, an address that is not allowed */
export function requireAllowed(url: URL, networks: Pick<RemoteNetworks, 'allows'>): void {
  const { protocol, hostname, username, password } = url;
  if (protocol !== 'https:' && protocol !== 'http:')
    throw new UserError(`${protocol} is not a valid scheme of a hook: expected https, http or mailto`, {
      field: 'url',
    });
  if (username !== '' || password !== '')
    throw new UserError('the URL of a hook holds no user and no password', { field: 'url' });
  const address = hostname.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0 && !networks.allows(address)) throw notAllowed(hostname);
}

function notAllowed(host: string): UserError {
  return new UserError(remoteRefusal(host, 'where hooks do not reach', 'DEIS_HOOK_NETWORKS'), {
    field: 'url',
  });
}
