import { Readable } from 'node:stream';
import {
  askRegistry,
  type RegistryAddress,
  type RegistryAnswer,
  type RegistryCredential,
} from './ask-registry.js';
import { openPart, type ImageLayout, type ImagePart } from './image-layout.js';

/** Where an image goes. */
export interface PushTarget {
  readonly registry: RegistryAddress;
  readonly repository: string;
  /** May pull and push there; asked for before each question, for it may end. */
  readonly credential: () => Promise<RegistryCredential>;
  /** Writes the manifest while nothing is collected. */
  readonly locked: <T>(write: () => Promise<T>) => Promise<T>;
}

/** What went over. */
export interface PushedImage {
  /** Parts that the registry did not have, and their bytes. */
  readonly sent: number;
  readonly bytes: number;
}

/**
 * Sends an image to a registry under its id, the digest of its settings, as the tag. Parts that are there
 * already are not sent again; the registry itself checks the digest of each part. Safe to repeat.
 * @throws when the registry refuses something, e.g. a part whose bytes are others
 */
export async function pushImage(
  target: PushTarget,
  { folder, layout }: { readonly folder: string; readonly layout: ImageLayout },
  signal: AbortSignal,
): Promise<PushedImage> {
  let [sent, bytes] = [0, 0];
  for (const part of [...layout.layers, layout.config]) {
    if (await hasPart(target, part, signal)) continue;
    await sendPart(target, folder, part, signal);
    [sent, bytes] = [sent + 1, bytes + part.size];
  }
  const tag = layout.config.digest.replace('sha256:', '');
  await target.locked(() => sendManifest(target, layout, tag, signal));
  return { sent, bytes };
}

async function hasPart(
  { registry, repository, credential }: PushTarget,
  { digest }: ImagePart,
  signal: AbortSignal,
): Promise<boolean> {
  const path = `${repository}/blobs/${digest}`;
  const answer = await askRegistry(registry, { method: 'HEAD', path, ...(await credential()), signal });
  if (answer.status === 404) return false;
  // Some keep parts elsewhere, and say where.
  if (answer.status !== 307) requireStatus(answer, 200, 'looking for a part');
  return true;
}

async function sendPart(
  target: PushTarget,
  folder: string,
  part: ImagePart,
  signal: AbortSignal,
): Promise<void> {
  const { registry, repository, credential } = target;
  const path = `${repository}/blobs/uploads/`;
  const begun = await askRegistry(registry, { method: 'POST', path, ...(await credential()), signal });
  requireStatus(begun, 202, 'beginning an upload');
  const { location } = begun;
  if (location === undefined) throw new Error('the registry does not say where an upload goes');
  const joint = location.includes('?') ? '&' : '?';
  const place = `${location}${joint}digest=${encodeURIComponent(part.digest)}`;
  const file = await openPart(folder, part);
  try {
    const bytes = part.size === 0 ? Readable.from([]) : file.createReadStream({ end: part.size - 1 });
    const body = { bytes, size: part.size, type: 'application/octet-stream' };
    const question = { method: 'PUT', path: place, ...(await credential()), body, signal } as const;
    const answer = await askRegistry(registry, question);
    requireStatus(answer, 201, `taking ${part.digest}`);
  } finally {
    await file.close();
  }
}

async function sendManifest(
  { registry, repository, credential }: PushTarget,
  { manifest }: ImageLayout,
  tag: string,
  signal: AbortSignal,
): Promise<void> {
  const text = Buffer.from(manifest.text);
  const body = { bytes: Readable.from([text]), size: text.length, type: manifest.mediaType };
  const path = `${repository}/manifests/${tag}`;
  const answer = await askRegistry(registry, { method: 'PUT', path, ...(await credential()), body, signal });
  requireStatus(answer, 201, 'taking the manifest');
}

function requireStatus({ status, body }: RegistryAnswer, wanted: number, what: string): void {
  if (status === wanted) return;
  throw new Error(`the registry answered ${status} on ${what}: ${body.slice(0, 500)}`);
}
