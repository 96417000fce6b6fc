import { Readable } from 'node:stream';
import { Decrypter, Encrypter } from 'age-encryption';
import { messageOf, UserError } from '../../../base/errors.js';
import type { Secret } from '../../../base/secret.js';

/** Whom an archive is for: recipients of age, or whoever knows a passphrase. */
export type SealFor = { readonly recipients: readonly string[] } | { readonly passphrase: Secret };

/** What opens archives. */
export interface OpenWith {
  readonly identities: readonly Secret[];
  readonly passphrase: Secret | undefined;
}

const readAheadBytes = 1024 ** 2;

/** The same bytes as an age file. Takes no more of the source than its reader asks for. @throws UserError */
export async function sealStream(source: Readable, sealFor: SealFor): Promise<Readable> {
  const encrypter = new Encrypter();
  if ('passphrase' in sealFor) encrypter.setPassphrase(sealFor.passphrase.reveal());
  else for (const recipient of sealFor.recipients) addRecipient(encrypter, recipient);
  return fromWeb(await encrypter.encrypt(toWeb(source)));
}

/** The bytes of an age file; it fails where they were changed or cut off. @throws UserError when nothing opens it */
export async function openStream(source: Readable, openWith: OpenWith): Promise<Readable> {
  const decrypter = new Decrypter();
  if (openWith.passphrase !== undefined) decrypter.addPassphrase(openWith.passphrase.reveal());
  for (const identity of openWith.identities) addIdentity(decrypter, identity);
  try {
    return fromWeb(await decrypter.decrypt(toWeb(source)));
  } catch (error) {
    source.destroy();
    const how = openWith.passphrase === undefined ? 'identity' : 'passphrase';
    throw new UserError(
      `this archive does not open with the given ${how} (${messageOf(error)}): nothing was written`,
      { cause: error },
    );
  }
}

function addRecipient(encrypter: Encrypter, recipient: string): void {
  try {
    encrypter.addRecipient(recipient);
  } catch (cause) {
    throw new UserError(`${recipient} is not a valid recipient: expected one of age, e.g. age1ls4jyz...`, {
      cause,
    });
  }
}

function addIdentity(decrypter: Decrypter, identity: Secret): void {
  try {
    decrypter.addIdentity(identity.reveal());
  } catch {
    throw new UserError('the identity file holds a line that is no identity: expected AGE-SECRET-KEY-1...');
  }
}

/** Reads when it is asked: Node's own adapter would read far ahead. */
function toWeb(source: Readable): ReadableStream<Uint8Array> {
  const chunks = source.iterator() as AsyncIterator<Uint8Array>;
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const next = await chunks.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      cancel: () => void source.destroy(),
    },
    { highWaterMark: 0 },
  );
}

function fromWeb(stream: ReadableStream<Uint8Array>): Readable {
  return Readable.from(stream, { objectMode: false, highWaterMark: readAheadBytes });
}
