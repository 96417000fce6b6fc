import { z } from 'zod';
import type { Quota } from '../../../store/app/quota.js';
import { OperationKind } from '../../../operation/operation-kind.js';

const params = z.object({
  /** Id of the host that it moves to. */
  to: z.number(),
  /** Id of the host that it comes from. */
  from: z.number(),
  /** The converge that makes nodes ready that had no guests; null: they are. */
  ready: z.string().nullable().default(null),
  /** It goes back to its former host, which keeps passing on when that fails. */
  isBack: z.boolean().default(false),
  /** What it might use there when this was asked for; the quota that it crosses with is `formerStay`'s. */
  quota: z.custom<Quota>((value) => typeof value === 'object' && value !== null).catch({}),
});

export type MoveParams = z.infer<typeof params>;

/** Brings a guest from the nodes of one host to those of another. */
export const moveKind = new OperationKind<MoveParams>({
  name: 'move',
  params,
  // Nothing of it is there yet.
  async revert(stores, { operation: { formationId }, params: { to, isBack } }) {
    if (formationId === null || isBack) return;
    const formation = await stores.formations.byId(formationId);
    if (formation?.vacantHostId === to)
      await stores.formations.setPlaces(formationId, { vacantHostId: null });
  },
});
