import type { Connection } from 'ssh2';
import { signatureAlgorithms } from './ssh-algorithms.js';

/** SSH_MSG_EXT_INFO (RFC 8308). */
const extensionInfo = 7;

/** The part of ssh2's inside that sends the list; its types have none of it. */
interface Protocol {
  _onHandshakeComplete: (...negotiated: unknown[]) => void;
  readonly _kex: { remoteExtInfoEnabled: boolean };
  readonly _cipher: { encrypt(packet: Buffer): void };
  readonly _packetRW: {
    readonly write: {
      readonly allocStart: number;
      alloc(size: number): Buffer;
      finalize(packet: Buffer): Buffer;
    };
  };
}

/**
 * Has a connection tell its client which signatures are taken (`server-sig-algs`, RFC 8308), in place of
 * ssh2, which has no option for that list: its own (1.17.0) lacks the comma between `ecdsa-sha2-nistp521` and
 * `rsa-sha2-512`, so that clients find neither, and offers SHA-1 and DSA. To be called before the key exchange.
 * An ssh2 whose inside is another is left as it is.
 */
export function tellSignatures(connection: Connection): void {
  const { _protocol: protocol } = connection as unknown as { _protocol?: Partial<Protocol> };
  if (!isProtocol(protocol)) return;
  const complete = protocol._onHandshakeComplete;
  let isFirst = true;
  protocol._onHandshakeComplete = (...negotiated) => {
    if (isFirst && protocol._kex.remoteExtInfoEnabled) send(protocol, listPayload());
    isFirst = false;
    // Read by ssh2 when it is about to send its own.
    protocol._kex.remoteExtInfoEnabled = false;
    complete(...negotiated);
  };
}

function isProtocol(protocol: Partial<Protocol> | undefined): protocol is Protocol {
  return (
    typeof protocol?._onHandshakeComplete === 'function' &&
    typeof protocol._packetRW?.write.alloc === 'function'
  );
}

function send({ _packetRW: { write }, _cipher: cipher }: Protocol, payload: Buffer): void {
  const packet = write.alloc(payload.length);
  packet.set(payload, write.allocStart);
  cipher.encrypt(write.finalize(packet));
}

/** One extension: its name and its value, each behind its length (RFC 8308, section 2.3). */
function listPayload(): Buffer {
  const [type, count] = [Buffer.from([extensionInfo]), uint32(1)];
  return Buffer.concat([type, count, ...text('server-sig-algs'), ...text(signatureAlgorithms.join(','))]);
}

function text(value: string): Buffer[] {
  return [uint32(Buffer.byteLength(value)), Buffer.from(value)];
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
