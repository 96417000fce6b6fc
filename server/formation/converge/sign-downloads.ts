import type { Databag } from '../../../cookbooks/databag.js';
import { buildArchives } from '../../../cookbooks/databag-for-node.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import type { FormationWork } from '../context/formation-work.js';

/**
 * URLs of every slug, runtime and stack that the databag names, signed for the node: slug path or `sha256:...` -> URL.
 */
export async function signDownloads(
  { parts, facts }: Pick<FormationWork, 'parts' | 'facts'>,
  databag: Databag,
  { address, privateAddress }: Pick<NodeRecord, 'address' | 'privateAddress'>,
): Promise<Record<string, string>> {
  const releases = [databag.release, ...Object.values(databag.releases)].filter(
    (release) => release !== null,
  );
  const keys = new Set(
    releases
      .flatMap(({ image, build }) => [
        build?.kind === 'image' ? undefined : imageDigest(image),
        ...buildArchives(build).map(({ slug }) => slug),
      ])
      .filter((key) => key !== undefined),
  );
  const clients = [address, privateAddress].filter((each) => each !== null);
  const ends = { controllers: facts.controllers, clients };
  const signed = await Promise.all(
    [...keys].map(async (key) => [key, await parts.signDownload(key, ends)] as const),
  );
  return Object.fromEntries(signed);
}

/** `sha256:...` of `deis/stack:bookworm@sha256:...`. */
function imageDigest(image: string): string | undefined {
  const at = image.lastIndexOf('@');
  return at === -1 ? undefined : image.slice(at + 1);
}
