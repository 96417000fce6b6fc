import { OperationFailure } from '../../../operation/operation-errors.js';
import type { FormationWork } from '../../context/formation-work.js';
import { moveGuests } from './move-guests.js';

/**
 * Has the guests of a formation leave a node that is drained. Where one serves there that cannot leave, the node stays
 * drained all the same: what the guest starts next it starts elsewhere.
 * @throws OperationFailure naming each such guest and why it serves there, and what to do
 */
export async function drainGuests(run: FormationWork, node: string): Promise<void> {
  const stuck = (await moveGuests(run)).filter(({ node: { name } }) => name === node);
  if (stuck.length === 0) return;
  await keepDrained(run);
  const guests = stuck.map(({ guest, problem }) => `${guest} serves there and ${problem}`).join('; ');
  throw new OperationFailure(
    `${node} is not empty: ${guests}. It takes no new containers. Once their people have mended that, by a push say, ` +
      `\`deis nodes:drain ${node}\` goes on; \`deis nodes:uncordon ${node}\` gives it containers again`,
    { node },
  );
}

/** The failure is not to open it again, as that of a drain whose own containers could not leave. */
async function keepDrained({ parts, context, formationId }: FormationWork): Promise<void> {
  const { id } = context.operation;
  await parts.stores.withFormationLock(formationId, async ({ operations }) => {
    const { params } = (await operations.byId(id)) ?? context.operation;
    await operations.setParams(id, { ...params, undo: {} });
  });
}
