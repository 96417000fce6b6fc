import type { Readable } from 'node:stream';
import { UserError } from '../../base/errors.js';
import { openFact } from '../store/instance-fact-store.js';
import { masterKeyBox, masterKeyCheck } from '../store/sealing/master-key.js';
import type { SecretBox } from '../store/sealing/secret-box.js';
import { parseHead, sections, type ArchiveHead } from './archive/archive-format.js';
import { openStream, type OpenWith } from './archive/envelope.js';
import { readText, unpackArchive, type ReadSection } from './archive/unpack-archive.js';

/** An archive of which the head was read. */
export interface OpenedArchive {
  readonly head: ArchiveHead;
  /** Lines of the master key file, when they are inside. */
  readonly masterKey: string | null;
  /** All that comes after. */
  readonly rest: AsyncGenerator<ReadSection>;
}

/** Opens an archive. @param known migrations of this program @throws UserError for one that cannot be read */
export async function openArchive(
  source: Readable,
  openWith: OpenWith,
  known: readonly string[],
): Promise<OpenedArchive> {
  const rest = unpackArchive(await openStream(source, openWith));
  try {
    const head = parseHead(await readNext(rest, sections.head), known);
    const masterKey = head.masterKey.inside ? await readNext(rest, sections.masterKey) : null;
    return { head, masterKey, rest };
  } catch (error) {
    source.destroy();
    throw error;
  }
}

/**
 * The box of an archive's master key, tried with a secret of the archive. @param given lines of a key file, and where
 * they are from; those inside of the archive count without @throws UserError for a missing or wrong key
 */
export function archiveBox(
  { head, masterKey }: { readonly head: Pick<ArchiveHead, 'masterKey'>; readonly masterKey: string | null },
  given: { readonly text: string; readonly where: string } | undefined,
): SecretBox {
  const { text, where } = given ?? { text: masterKey, where: 'the master key in the archive' };
  if (text === null)
    throw new UserError(
      `the master key is not in this archive: put the file of key ${head.masterKey.id} where DEIS_MASTER_KEY_FILE ` +
        'says, or name it with --master-key-file; nothing was written',
    );
  const box = masterKeyBox(text, where);
  try {
    openFact(box, masterKeyCheck, Buffer.from(head.masterKey.check, 'base64'));
  } catch (cause) {
    throw new UserError(
      `${where} is not the master key of this archive, whose id is ${head.masterKey.id}: nothing was written`,
      { cause },
    );
  }
  return box;
}

async function readNext(rest: AsyncGenerator<ReadSection>, name: string): Promise<string> {
  const next = await rest.next();
  if (next.done === true || next.value.name !== name)
    throw new UserError(`this is no backup of Deis Classic: its first part is not ${name}`);
  return readText(next.value);
}
