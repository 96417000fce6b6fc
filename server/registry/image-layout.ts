import { constants } from 'node:fs';
import { open, readlink, realpath, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../base/errors.js';

const maxLayers = 500;
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const descriptor = z.object({ mediaType: z.string(), digest, size: z.number().int().nonnegative() });
const manifestSchema = z.object({
  mediaType: z.string(),
  config: descriptor,
  layers: z.array(descriptor).max(maxLayers),
});
const settingsSchema = z.object({
  config: z
    .object({
      User: z.string().optional(),
      WorkingDir: z.string().optional(),
      Entrypoint: z.array(z.string()).nullish(),
      Cmd: z.array(z.string()).nullish(),
      ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
    })
    .default({}),
});

/** A part of an image, named by its content. */
export type ImagePart = z.infer<typeof descriptor>;

/**
 * An image in a folder: the digest of its manifest in `digest`, and each part in a file named by its own, in the
 * places of a registry's storage.
 */
export interface ImageLayout {
  /** Its text, as it is signed by digests, and its type. */
  readonly manifest: { readonly text: string; readonly mediaType: string };
  /** Its digest is the image's id, as Docker has it. */
  readonly config: ImagePart;
  readonly layers: readonly ImagePart[];
  /** What the image says of how it runs. */
  readonly settings: z.infer<typeof settingsSchema>['config'];
}

/** Of a manifest, or of an image's settings. */
export const maxTextBytes = 4 * 1024 ** 2;

/**
 * Reads what a build has left in a folder. The build is not trusted: nothing but files in it is read, and
 * whoever takes parts in checks their digests. @throws UserError when there is no image
 */
export async function readImageLayout(folder: string): Promise<ImageLayout> {
  const named = digest.safeParse((await readText(folder, join(folder, 'digest'))).trim());
  if (!named.success) throw new UserError('the build left an image that cannot be read');
  const text = await readText(folder, partPath(folder, { digest: named.data }));
  const { mediaType, config, layers } = parsed(manifestSchema, text);
  const { config: settings } = parsed(settingsSchema, await readText(folder, partPath(folder, config)));
  return { manifest: { text, mediaType }, config, layers, settings };
}

/** The parts that a manifest names: the image's settings, then its layers. @throws UserError when it is none */
export function manifestParts(text: string): ImagePart[] {
  const { config, layers } = parsed(manifestSchema, text);
  return [config, ...layers];
}

function parsed<T>(schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError('the build left an image that cannot be read', { cause });
  }
}

/** Opens a part for reading. @throws UserError when it is no file, or has another size */
export async function openPart(folder: string, part: ImagePart): Promise<FileHandle> {
  const file = await openFile(folder, partPath(folder, part));
  const { size } = await file.stat();
  if (size === part.size) return file;
  await file.close();
  throw new UserError(`the build left ${size} bytes of ${part.digest}: expected ${part.size}`);
}

/** Where a part is, in a folder that is like a registry's storage. */
export function partPath(folder: string, { digest: name }: Pick<ImagePart, 'digest'>): string {
  const digits = name.slice('sha256:'.length);
  return join(folder, 'docker/registry/v2/blobs/sha256', digits.slice(0, 2), digits, 'data');
}

/** Neither through a link, which could lead out of the folder, nor from a pipe, which could hold us up. */
async function openFile(folder: string, path: string): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (cause: unknown) => {
      throw new UserError('the build ended well but left no image', { cause });
    },
  );
  const [stats, place] = await Promise.all([file.stat(), readlink(`/proc/self/fd/${file.fd}`)]);
  // The build may have put a link in the folder's own place, not in the place of the folder above.
  const expected = join(await realpath(dirname(folder)), basename(folder), relative(folder, path));
  if (stats.isFile() && place === expected) return file;
  await file.close();
  throw new UserError('the build left something else than a file in its image');
}

async function readText(folder: string, path: string): Promise<string> {
  const file = await openFile(folder, path);
  try {
    if ((await file.stat()).size > maxTextBytes)
      throw new UserError(`the build left more than ${maxTextBytes} bytes of settings in its image`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
