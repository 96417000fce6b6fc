import { MachineGone, RemoteFailure } from '../../base/errors.js';
import type { Connection, ConnectOptions, SshTarget, Transport } from './transport.js';

/** Milliseconds that a machine may be silent before its cloud is asked: most have taken a connection by then. */
const usualSilenceMs = 1000;

/** Why a machine will never answer; undefined where its cloud has it. It settles by itself, within its own limit. */
export type WhyGone = (target: SshTarget) => Promise<string | undefined>;

/**
 * A transport that waits for no machine that is gone: beside the tries to reach a silent one its cloud is asked, once.
 * The same of one at whose address a stranger answers. A cloud that does not say leaves it to the tries.
 */
export class AskingTransport implements Transport {
  readonly #real: Transport;
  readonly #whyGone: WhyGone;
  readonly #silenceMs: number;

  constructor(real: Transport, whyGone: WhyGone, silenceMs = usualSilenceMs) {
    this.#real = real;
    this.#whyGone = whyGone;
    this.#silenceMs = silenceMs;
  }

  /** @throws MachineGone, and what the real transport throws */
  async connect(target: SshTarget, options: ConnectOptions): Promise<Connection> {
    const gone = new AbortController();
    const { signal } = options;
    const askWhenSilent = async (): Promise<void> => {
      const failure = await this.#failure(target);
      if (failure !== undefined) gone.abort(failure);
    };
    const silence = setTimeout(() => void askWhenSilent(), this.#silenceMs);
    try {
      return await this.#real.connect(target, {
        ...options,
        signal: signal === undefined ? gone.signal : AbortSignal.any([signal, gone.signal]),
      });
    } catch (error) {
      if (signal?.aborted !== true) gone.signal.throwIfAborted();
      throw (isStranger(error) ? await this.#failure(target) : undefined) ?? error;
    } finally {
      clearTimeout(silence);
    }
  }

  async #failure(target: SshTarget): Promise<MachineGone | undefined> {
    const why = await this.#whyGone(target).catch(() => undefined);
    return why === undefined ? undefined : new MachineGone(why, { node: target.name, phase: 'connect' });
  }
}

function isStranger(error: unknown): boolean {
  return error instanceof RemoteFailure && error.phase === 'host-key';
}
