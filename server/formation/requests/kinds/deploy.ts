import { z } from 'zod';
import { OperationKind } from '../../../operation/operation-kind.js';
import { undoSchema } from '../undo-record.js';

const params = z.object({
  /** Its version. */
  release: z.number().optional(),
  /** Version of the release whose build and config it has again. */
  rollbackTo: z.number().optional(),
  undo: undoSchema,
});

/** Makes a release live. A newer release contains an older one, so that its deploy is needless. */
export const deployKind = new OperationKind<z.infer<typeof params>>({
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
