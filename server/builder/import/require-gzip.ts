import { Transform, type Readable } from 'node:stream';
import { UserError } from '../../../base/errors.js';

const magic = Buffer.from([0x1f, 0x8b]);

/** Passes on what begins as gzip does; ends with a UserError, and ends its source, for all else. */
export function requireGzip(source: Readable): Readable {
  let head = Buffer.alloc(0);
  const check = (chunk: Buffer): UserError | undefined => {
    if (head.length >= magic.length) return undefined;
    head = Buffer.concat([head, chunk.subarray(0, magic.length)]);
    const isWrong = !magic.subarray(0, head.length).equals(head.subarray(0, magic.length));
    return isWrong ? notGzip() : undefined;
  };
  const stream = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      const wrong = check(chunk);
      if (wrong === undefined) done(null, chunk);
      else done(wrong);
    },
    flush: (done) => done(head.length < magic.length ? notGzip() : null),
  });
  source.on('error', (error) => stream.destroy(error));
  stream.on('error', () => source.destroy());
  return source.pipe(stream);
}

function notGzip(): UserError {
  return new UserError('what the url gives is not a slug: expected a tar archive, packed with gzip', {
    field: 'url',
  });
}
