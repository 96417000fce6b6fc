import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface SmallImage {
  /** As a build leaves it. */
  readonly place: string;
  /** `sha256:...` */
  readonly id: string;
  /** Digests of its layers. */
  readonly layers: readonly string[];
}

/** Writes an image of these layers below a folder, as a build leaves one; nothing could run it. */
export function writeSmallImage(folder: string, layers: readonly Buffer[]): SmallImage {
  const place = mkdtempSync(join(folder, 'image-'));
  const add = (bytes: Buffer | string, mediaType: string) => {
    const hex = createHash('sha256').update(bytes).digest('hex');
    const path = join(place, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  const type = 'application/vnd.docker.';
  const parts = layers.map((bytes) => add(bytes, `${type}image.rootfs.diff.tar.gzip`));
  const settings = JSON.stringify({ config: {}, id: parts.at(-1)?.digest });
  const config = add(settings, `${type}container.image.v1+json`);
  const mediaType = `${type}distribution.manifest.v2+json`;
  const manifest = add(JSON.stringify({ schemaVersion: 2, mediaType, config, layers: parts }), mediaType);
  writeFileSync(join(place, 'digest'), manifest.digest);
  return { place, id: config.digest, layers: parts.map(({ digest }) => digest) };
}
