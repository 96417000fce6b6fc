import { z } from 'zod';
import type { NamedService } from '../../store/app/service-store.js';
import { formationOf, roleWithin } from '../endpoint/access.js';
import { forFormation } from '../endpoint/endpoint.js';
import { pageQuery, plainPage } from '../endpoint/page.js';
import { atField } from '../endpoint/named/unknown-name.js';
import { answersPageOf, moment, type Json } from '../http/answers.js';
import { isoTime } from '../http/time.js';
import { operationAnswers } from '../replies/operation-json.js';
import { respondWithOperation } from '../replies/respond-with-operation.js';

export const serviceSchema = z
  .object({
    consumer: z.string().describe('The formation whose config has the variable.'),
    service: z.string().describe('The formation of mode tcp that it reaches.'),
    variable: z.string(),
    address: z.string().describe('`HOST:PORT` of a proxy of the service, as the variable was written last.'),
    created_at: moment,
  })
  .meta({ id: 'Service' });

export const listServices = forFormation({
  may: 'see',
  summary: 'List what the formation is attached to, and who is attached to it.',
  answers: answersPageOf(serviceSchema),
  query: pageQuery,
  answer: async (call) =>
    plainPage(
      call,
      (request) => call.parts.stores.services.pageOfFormation(call.formation.id, request),
      serviceJson,
    ),
});

export const attachService = forFormation({
  may: 'deploy',
  summary: 'Write where a formation of mode tcp is found into the config, cut a release and deploy it.',
  answers: operationAnswers,
  body: z.strictObject({
    service: z.string().max(255).describe('A formation of mode tcp in which you may `use` it.'),
    variable: z
      .string()
      .max(255)
      .optional()
      .describe("Of the config; default: the service's name, e.g. `ORDERS_DB_URL`."),
    template: z
      .string()
      .max(65_536)
      .optional()
      .describe(
        'What the variable holds, with `{host}:{port}` where the address belongs; default: `tcp://{host}:{port}`.',
      ),
  }),
  // The template may hold a password.
  audit: ({ service, variable }) => ({ service, ...(variable === undefined ? {} : { variable }) }),
  answer: async (call) => {
    const { parts, user, token, formation, body } = call;
    const found = await atField('service', formationOf(parts, user, body.service, 'use'));
    roleWithin(token, { formationId: found.formation.id, role: found.role, action: 'use', isChange: true });
    return respondWithOperation(
      call,
      await parts.formations.attachService(user, formation, found.formation, body),
    );
  },
});

export const detachService = forFormation({
  may: 'deploy',
  summary: 'Take the variable of a service away, cut a release and deploy it; then the port is closed.',
  answers: operationAnswers,
  answer: async (call) =>
    respondWithOperation(
      call,
      await call.parts.formations.detachService(call.user, call.formation, call.param('variable')),
    ),
});

function serviceJson(service: NamedService): Json<typeof serviceSchema> {
  const { consumer, provider, variable, address, createdAt } = service;
  return { consumer, service: provider, variable, address, created_at: isoTime(createdAt) };
}
