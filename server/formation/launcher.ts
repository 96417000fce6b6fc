import type { OperationContext } from '../operation/operation-context.js';
import type { ReleaseRecord } from '../store/release-store.js';
import { cutBuildRelease, type BuildReleaseRequest } from './create-release.js';
import { deployRelease } from './deploy-release.js';
import type { FormationParts } from './formation-parts.js';
import { requireSnapshot } from './formation-run.js';
import { readyNodes } from './snapshot-view.js';

/** What a push asks of the domain: a release of its build, and to have it live. */
export function createLauncher(parts: FormationParts) {
  return {
    /** As cutBuildRelease: one build gives one release, however often it is asked for. */
    cutRelease: (request: BuildReleaseRequest): Promise<ReleaseRecord> => cutBuildRelease(parts, request),
    /** As deployRelease. `live` is false when there is nowhere to run it; `lines` tell the pusher where the app is, or what to do. */
    deploy: async (context: OperationContext, release: Pick<ReleaseRecord, 'id' | 'formationId'>): Promise<{ readonly live: boolean; readonly lines: readonly string[] }> => {
      const { state, hint } = await deployRelease(parts, context, { releaseId: release.id });
      const lines = hint === undefined ? await addressLines(parts, release.formationId) : [`       ${hint}`];
      return { live: state === 'live', lines };
    },
  };
}

async function addressLines(parts: FormationParts, formationId: number): Promise<string[]> {
  const snapshot = await requireSnapshot(parts.stores, formationId);
  const addresses = readyNodes(snapshot, 'proxy').map(({ address }) => address).filter((address) => address !== null);
  return addresses.length > 0 ? addresses.map((address) => `       http://${address}/ deployed to Deis`) : ['       No proxy yet, nobody can reach it. Scale with: deis layers:scale proxy=1'];
}
