import type { Readable } from 'node:stream';

/** Reads a stream to its end. */
export async function drain(bytes: Readable): Promise<void> {
  for await (const chunk of bytes) void chunk;
}
