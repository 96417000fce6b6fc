import type { Readable } from 'node:stream';
import type { ImageName, RegistryStorage, StoredImage } from '../registry/registry-storage.js';
import { sections } from './archive/archive-format.js';
import { textSection, type Section, type Written } from './archive/pack-archive.js';

/** Makes a section that the archive's manifest lists. */
export type NotedSection = (name: string, source: Readable, onWritten: (written: Written) => void) => Section;

/** The collector leaves alone what was touched within an hour, unless the operator says otherwise. */
const touchMs = 300_000;

/** What people read: `peachy-waxworks@sha256:...`. */
export const imageTitle = ({ formation, id }: ImageName): string => `${formation}@${id}`;

/** Digests of all that an image is made of. */
export const digestsOf = ({ manifest, parts }: Omit<StoredImage, keyof ImageName>): string[] => [
  manifest,
  ...parts,
];

/** A sign of use of each. */
export async function touchImages(registry: RegistryStorage, images: readonly ImageName[]): Promise<void> {
  for (const image of images) await registry.touch(image);
}

/**
 * The parts of images, each once however many have it, then the list of the images that are whole. A part whose bytes
 * are not what its digest says counts as lost, and no restore keeps it. Returns the images of which something is.
 */
export async function* imageSections(
  registry: RegistryStorage,
  kept: readonly ImageName[],
  note: NotedSection,
): AsyncGenerator<Section, ImageName[]> {
  const [read, good] = [new Set<string>(), new Set<string>()];
  const found: StoredImage[] = [];
  let touchedAt = -Infinity;
  for (const name of kept) {
    if (performance.now() - touchedAt > touchMs) {
      await touchImages(registry, kept);
      touchedAt = performance.now();
    }
    const image = await registry.image(name);
    if (image === undefined) continue;
    found.push(image);
    for (const digest of digestsOf(image).filter((each) => !read.has(each))) {
      read.add(digest);
      const bytes = await registry.part(digest);
      const isGood = ({ sha256 }: Written): unknown => digest === `sha256:${sha256}` && good.add(digest);
      if (bytes !== undefined) yield note(sections.part(digest), bytes, isGood);
    }
  }
  const images = found.filter((image) => digestsOf(image).every((digest) => good.has(digest)));
  yield textSection(sections.registry, { images });
  const whole = new Set(images.map(imageTitle));
  return kept.filter((name) => !whole.has(imageTitle(name)));
}
