import { z } from 'zod';
import { providerTypes, type ProviderType } from '../../../provisioner/provider-types.js';
import { givesHost } from '../../formation/context/open-provider.js';
import { answersPageOf } from '../http/answers.js';
import { forUsers } from '../endpoint/endpoint.js';
import { ok } from '../endpoint/reply.js';

const annotated = 'Annotated YAML.';

export const providerTypeSchema = z
  .object({
    id: z.string(),
    summary: z.string(),
    params_example: z.string().describe(`${annotated} What a flavor's params may hold.`),
    creds_example: z
      .string()
      .describe(`${annotated} What a provider's credentials are; empty where there are none.`),
    gives_host: z
      .boolean()
      .describe("Whether root on its machines is root on the controller's host: then it needs leave."),
    allowed: z.boolean().describe('Whether you may launch with it: else a platform admin has to allow it.'),
  })
  .meta({ id: 'ProviderType' });

export const listProviderTypes = forUsers({
  summary: 'List the provider types, with an annotated example of what each takes.',
  answers: answersPageOf(providerTypeSchema),
  answer: async ({ parts, user }) => {
    const enabled = providerTypes.filter(({ type }) => parts.providers.has(type));
    const results = await Promise.all(
      enabled.map(async (type) => {
        const isHost = givesHost(parts, type.type);
        const isAllowed =
          !isHost || user.isAdmin || (await parts.stores.allowedProviders.has(user.id, type.type));
        return { ...typeJson(type), gives_host: isHost, allowed: isAllowed };
      }),
    );
    return ok({ count: results.length, next: null, previous: null, results });
  },
});

function typeJson({ type, summary, paramsExample, credsExample }: ProviderType) {
  return { id: type, summary, params_example: paramsExample, creds_example: credsExample };
}
