import type { OperationContext } from '../operation/operation-context.js';
import type { NewBuild } from '../store/app/builds/build-store.js';
import type { FormationRecord } from '../store/app/formation-store.js';
import type { ReleaseRecord } from '../store/app/release-store.js';
import { cutBuildRelease } from './releases/cut-build-release.js';
import { deployRelease, type DeployResult } from './deploy/deploy-release.js';
import type { FormationParts } from './context/formation-parts.js';

/** What a push asks of the domain: cutBuildRelease and deployRelease, bound to their parts. */
export function createLauncher(parts: FormationParts) {
  return {
    domain: parts.settings.domain,
    cutRelease: (
      formation: FormationRecord,
      build: NewBuild,
      counts: Readonly<Record<string, number>>,
    ): Promise<ReleaseRecord> => cutBuildRelease(parts, formation, build, counts),
    deploy: (context: OperationContext, releaseId: number): Promise<DeployResult> =>
      deployRelease(parts, context, { releaseId }),
  };
}
