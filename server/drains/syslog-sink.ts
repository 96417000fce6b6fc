import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { messageOf } from '../../base/errors.js';
import { onAbort } from '../../base/on-abort.js';
import type { DrainTarget } from '../formation/logs/drain-url.js';
import type { DrainLine } from './drain-line.js';
import { lookupFor, requireAllowed, SinkFailure, type Sink, type SinkDialing } from './sink.js';
import { syslogMessages } from './syslog-messages.js';

/** A slow sink that takes something now and then is given up, too, and gets less at once. */
const maxSendMs = 120_000;

/**
 * Syslog over TCP or TLS. TCP syslog has no acknowledgement: a connection is used for one delivery, and that the sink
 * closes its side behind ours says that it has read everything.
 */
export class SyslogSink implements Sink {
  constructor(
    private readonly target: DrainTarget,
    private readonly token: string,
    private readonly dialing: SinkDialing,
  ) {}

  async send(lines: readonly DrainLine[], signal: AbortSignal): Promise<void> {
    requireAllowed(this.target.host, this.dialing);
    const socket = this.#dial();
    const release = onAbort(signal, () => socket.destroy(signal.reason as Error));
    const limit = setTimeout(() => socket.destroy(silent('is too slow')), maxSendMs);
    try {
      await delivered(socket, syslogMessages(lines, this.token));
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof SinkFailure ? error : new SinkFailure(messageOf(error), 'away');
    } finally {
      release();
      clearTimeout(limit);
      socket.destroy();
    }
  }

  async close(): Promise<void> {}

  #dial(): Socket {
    const { host, port, type } = this.target;
    const { secureContext, silenceMs } = this.dialing;
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const options = { host, port, lookup: lookupFor(this.dialing), timeout: silenceMs };
    const socket =
      type === 'syslog-tls' ? connectTls({ ...options, secureContext, ...servername }) : connectTcp(options);
    return socket.setTimeout(silenceMs, () => socket.destroy(silent('does not answer')));
  }
}

/** Sends all, says that this is all, and waits until the other side has closed. */
function delivered(socket: Socket, data: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const ready = 'encrypted' in socket ? 'secureConnect' : 'connect';
    let isHeard = false;
    socket.once(ready, () => socket.end(data));
    socket.once('end', () => (isHeard = socket.writableFinished));
    socket.once('error', reject);
    socket.once('close', () => {
      if (isHeard) resolve();
      else reject(new SinkFailure('it closed the connection before it had everything', 'away'));
    });
    socket.resume();
  });
}

function silent(what: string): SinkFailure {
  return new SinkFailure(`it ${what}`, 'silent');
}
