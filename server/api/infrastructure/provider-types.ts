import { z } from 'zod';
import { providerTypes, type ProviderType } from '../../../provisioner/provider-types.js';
import { answersPageOf, type Json } from '../http/answers.js';
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
  })
  .meta({ id: 'ProviderType' });

export const listProviderTypes = forUsers({
  summary: 'List the provider types, with an annotated example of what each takes.',
  answers: answersPageOf(providerTypeSchema),
  answer: async ({ parts }) => {
    const results = providerTypes.filter(({ type }) => parts.providers.has(type)).map(typeJson);
    return ok({ count: results.length, next: null, previous: null, results });
  },
});

function typeJson({
  type,
  summary,
  paramsExample,
  credsExample,
}: ProviderType): Json<typeof providerTypeSchema> {
  return { id: type, summary, params_example: paramsExample, creds_example: credsExample };
}
