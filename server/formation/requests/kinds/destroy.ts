import { z } from 'zod';
import { OperationKind } from '../../../operation/operation-kind.js';

/** Ends the formation. Its other operations are refused from the request on. */
export const destroyKind = new OperationKind({
  name: 'destroy',
  params: z.object({}),
  cancelRefusal: ({ formationName }, hasBegun) =>
    hasBegun ? `${formationName} is being destroyed already: it cannot come back` : undefined,
  async revert(stores, { operation }) {
    if (operation.formationId !== null) await stores.formations.unmarkDestroying(operation.formationId);
  },
});
