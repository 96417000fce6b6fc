import { z } from 'zod';
import { answersWith, type Json } from '../../http/answers.js';
import { forFormation } from '../../endpoint/endpoint.js';
import { operationAnswers } from '../../replies/operation-json.js';
import { ok } from '../../endpoint/reply.js';
import { respondWithOperation } from '../../replies/respond-with-operation.js';

export const maintenanceSchema = z.object({ enabled: z.boolean() }).meta({ id: 'Maintenance' });

export const showMaintenance = forFormation({
  may: 'see',
  summary: 'Tell whether the proxies answer a page in the place of the app.',
  answers: answersWith(maintenanceSchema),
  answer: ({ formation }) =>
    Promise.resolve(ok({ enabled: formation.maintenance } satisfies Json<typeof maintenanceSchema>)),
});

export const setMaintenance = forFormation({
  may: 'deploy',
  summary: 'Answer a page in the place of the app (503), or the app again.',
  answers: operationAnswers,
  body: z.strictObject({ enabled: z.boolean() }),
  answer: async (call) =>
    respondWithOperation(
      call,
      await call.parts.formations.setMaintenance(call.user, call.formation, call.body.enabled),
    ),
});
