import type { Databag } from '../../../cookbooks/databag.js';
import { databagReleases } from '../../../cookbooks/databag-for-node.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import type { FormationWork } from '../context/formation-work.js';
import type { NodeSources } from './converge-target.js';
import { signDownloads } from './sign-downloads.js';

/** What a node may fetch for the releases of a databag: signed URLs, and a registry where one is an image. */
export async function nodeSources(
  run: Pick<FormationWork, 'parts' | 'facts'>,
  databag: Databag,
  node: NodeRecord,
): Promise<NodeSources> {
  const downloads = await signDownloads(run, databag, node);
  const { registryFor } = run.parts;
  const needsImages = databagReleases(databag).some(({ build }) => build?.kind === 'image');
  if (!needsImages || registryFor === undefined) return { downloads };
  const { controllers } = run.facts;
  return { downloads, registry: await registryFor({ node: node.name, formation: databag.id, controllers }) };
}
