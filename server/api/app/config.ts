import { z } from 'zod';
import { maskValues } from '../../formation/databag/mask-databag.js';
import { isAllowed } from '../../formation/sharing/roles.js';
import type { ConfigRecord } from '../../store/app/config-store.js';
import { answersWith, type Json } from '../http/answers.js';
import { forFormation } from '../endpoint/endpoint.js';
import { ifMatch, requireMatch } from '../http/etag.js';
import { operationAnswers } from '../replies/operation-json.js';
import { ok } from '../endpoint/reply.js';
import { respondWithOperation } from '../replies/respond-with-operation.js';
import { structure } from '../http/input/json-field.js';

/** Which names and sizes may be is change-config's to say; null unsets. */
const values = structure(z.record(z.string(), z.string('must be text, or null to unset').nullable()));

export const configSchema = z
  .object({
    version: z.int().min(0).describe('0 before the first.'),
    values: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Config' });

/** The config that is live or about to be. */
export const showConfig = forFormation({
  may: 'see',
  summary: 'Show the config that is live, or is being deployed; to viewers without the values.',
  answers: answersWith(configSchema),
  answer: async ({ parts, formation, role }) => {
    const config = configJson(await parts.stores.configs.present(formation.id));
    return ok(isAllowed(role, 'readConfig') ? config : { ...config, values: maskValues(config.values) });
  },
});

export const changeConfig = forFormation({
  may: 'deploy',
  summary: 'Set and unset variables; cuts a release and deploys it.',
  answers: operationAnswers,
  body: z.strictObject({ values }),
  audit: ({ values: given }) => ({ names: Object.keys(given) }),
  headers: ifMatch,
  answer: async (call) => {
    const { parts, user, formation, body } = call;
    return respondWithOperation(
      call,
      await parts.formations.changeConfig(user, formation, body.values, (present) =>
        requireMatch(call.request, configJson(present)),
      ),
    );
  },
});

function configJson(config: ConfigRecord | undefined): Json<typeof configSchema> {
  return { version: config?.version ?? 0, values: config?.values ?? {} };
}
