import { isUtf8 } from 'node:buffer';

/** A part of what a command wrote: text, or bytes that are none. */
export type RunOutput = { readonly stream: 'stdout' | 'stderr' } & (
  { readonly text: string } | { readonly base64: string }
);

/** Bytes of a stream whose chunks may end within a character: nothing is lost, whatever they are. */
export function streamedOutput(
  stream: RunOutput['stream'],
  onOutput: (output: RunOutput) => void,
): { write(chunk: Buffer): void; end(): void } {
  let rest: Buffer = Buffer.alloc(0);
  const pass = (bytes: Buffer): void => {
    if (bytes.length === 0) return;
    onOutput(
      isUtf8(bytes) ? { stream, text: bytes.toString('utf8') } : { stream, base64: bytes.toString('base64') },
    );
  };
  return {
    write: (chunk) => {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const end = wholeCharacters(bytes);
      rest = Buffer.from(bytes.subarray(end));
      pass(bytes.subarray(0, end));
    },
    end: () => {
      pass(rest);
      rest = Buffer.alloc(0);
    },
  };
}

/** Up to where no character is cut in two: at most three bytes before the end (RFC 3629). */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return needs > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
