import { z } from 'zod';
import { forFormation } from './endpoint.js';
import { ok } from './reply.js';
import { respondWithOperation } from './respond-with-operation.js';
import { structure } from './structure.js';

/** Which names and sizes may be is change-config's to say; null unsets. */
const values = structure(z.record(z.string(), z.string('must be text, or null to unset').nullable()));

/** The newest config, also when its release is not live yet. */
export const showConfig = forFormation({
  answer: async ({ parts, formation }) => {
    const config = await parts.stores.configs.newest(formation.id);
    return ok({ version: config?.version ?? 0, values: config?.values ?? {} });
  },
});

export const changeConfig = forFormation({
  body: z.strictObject({ values }),
  answer: async (call) => respondWithOperation(call, await call.parts.formations.changeConfig(call.user, call.formation, call.body.values)),
});
