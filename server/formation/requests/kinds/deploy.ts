import { z } from 'zod';
import { OperationKind } from '../../../operation/operation-kind.js';
import type { ReleaseRecord } from '../../../store/app/release-store.js';
import { undoSchema } from '../undo-record.js';

const params = z.object({
  /** Its version. */
  release: z.number().optional(),
  /** Version of the release whose build and config it has again. */
  rollbackTo: z.number().optional(),
  /** What was asked for is live already: there is nothing to carry out. */
  unchanged: z.boolean().optional(),
  undo: undoSchema,
});

type DeployParams = z.infer<typeof params>;

/** Of a request that cuts no release, because this one has what it asks for. */
export function deployOf({
  version,
  state,
}: Pick<ReleaseRecord, 'version' | 'state'>): Pick<DeployParams, 'release' | 'unchanged'> {
  return state === 'live' ? { release: version, unchanged: true } : { release: version };
}

/** Makes a release live. A newer release contains an older one, so that its deploy is needless. */
export const deployKind = new OperationKind<DeployParams>({
  name: 'deploy',
  params,
  withdrawnWhen: 'failed',
  supersedes: () => true,
  async revert(stores, { operation, params: { release: version }, later, reason }) {
    if (version === undefined || operation.formationId === null) return;
    const isWanted = later.some(
      (other) => deployKind.is(other) && deployKind.read(other).release === version,
    );
    const release = await stores.releases.byVersion(operation.formationId, version);
    if (release?.state === 'pending' && !isWanted)
      await stores.releases.setState(release.id, 'failed', reason);
  },
});
