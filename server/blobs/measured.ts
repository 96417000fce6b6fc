import { createHash } from 'node:crypto';
import { Transform, type Readable } from 'node:stream';

/** A stream that passes on what another gives, and what is known of it by then. */
export interface Measured {
  readonly stream: Readable;
  /** Hex, of all that has passed; to be asked once, at the end. */
  readonly sha256: () => string;
  /** Bytes that have passed. */
  readonly size: () => number;
}

/**
 * Measures a stream as it passes. Each of the two ends with what the other fails with. @param refuse why there
 * are too many bytes; undefined while there are not
 */
export function measured(
  source: Readable,
  refuse: (size: number) => Error | undefined = () => undefined,
): Measured {
  const hash = createHash('sha256');
  let size = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      hash.update(chunk);
      const refusal = refuse(size);
      if (refusal === undefined) done(null, chunk);
      else done(refusal);
    },
  });
  source.on('error', (error) => stream.destroy(error));
  stream.on('error', () => source.destroy());
  return { stream: source.pipe(stream), sha256: () => hash.digest('hex'), size: () => size };
}
