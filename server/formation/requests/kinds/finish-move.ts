import { z } from 'zod';
import { OperationKind } from '../../../operation/operation-kind.js';

/** Takes what a move has left off the nodes of the host that it came from. */
export const finishMoveKind = new OperationKind({
  name: 'finish-move',
  params: z.object({}),
  cancelRefusal: ({ formationName }, hasBegun) =>
    hasBegun ? `${formationName} is leaving its former host already: that is not taken back` : undefined,
});
