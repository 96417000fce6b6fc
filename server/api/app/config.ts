import type { Request } from 'express';
import { z } from 'zod';
import { UnknownName } from '../../../base/errors.js';
import { maskValues } from '../../formation/databag/mask-databag.js';
import { isAllowed } from '../../formation/sharing/roles.js';
import type { ConfigRecord, ConfigStore, ConfigValues } from '../../store/app/config-store.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import { answersWith, type Json } from '../http/answers.js';
import { forFormation } from '../endpoint/endpoint.js';
import { ifMatch, requireMatch } from '../http/etag.js';
import { operationAnswers } from '../replies/operation-json.js';
import { ok, okWithTagOf } from '../endpoint/reply.js';
import { respondWithOperation } from '../replies/respond-with-operation.js';
import { structure } from '../http/input/json-field.js';

/** Which names and sizes may be is change-config's to say; null unsets. */
const values = structure(z.record(z.string(), z.string('must be text, or null to unset').nullable()));

export const configSchema = z
  .object({
    version: z.int().min(0).describe('0 before the first.'),
    values: z.record(z.string(), z.string()),
    changed: z
      .array(z.string())
      .optional()
      .describe('With `since`: names of the variables that differ from that version, those that went, too.'),
  })
  .meta({ id: 'Config' });

const query = z.strictObject({
  values: z
    .enum(['shown', 'hidden'], 'must be shown or hidden')
    .default('shown')
    .describe('`hidden`: each value is `[masked]`, as it always is to viewers.'),
  since: z
    .string()
    .regex(/^\d{1,9}$/, 'must be a version, e.g. 7')
    .transform(Number)
    .pipe(z.int())
    .optional()
    .describe('A version of the config: `changed` tells what is not as it was in that one.'),
});

/** Variables that one request reveals: the audit log has each by its name. */
export const maxRevealed = 100;

/** The config that is live or about to be. */
export const showConfig = forFormation({
  may: 'see',
  summary: 'Show the config that is live, or is being deployed; to viewers without the values.',
  answers: answersWith(configSchema),
  query,
  answer: async ({ parts, formation, role, query: { values: wanted, since } }) => {
    const { configs } = parts.stores;
    const present = await configs.present(formation.id);
    const isShown = wanted === 'shown' && isAllowed(role, 'readConfig');
    const config = isShown ? configJson(present) : hiddenJson(present);
    if (since === undefined) return ok(config);
    const before = await valuesOf(configs, formation, since);
    return okWithTagOf(config, { ...config, changed: changedNames(before, present?.values ?? {}) });
  },
});

/** Pairs of versions that one request compares. */
const maxPairs = 100;

const changesQuery = z.strictObject({
  between: z
    .string()
    .regex(
      new RegExp(`^\\d{1,9}-\\d{1,9}(,\\d{1,9}-\\d{1,9}){0,${maxPairs - 1}}$`),
      'must be pairs of versions, e.g. 1-2,2-1, and a hundred at most',
    )
    .describe('Pairs of versions of the config, `1-2,2-1`; 0 is before the first.'),
});

/** What releases differ in, by names: versions never change. */
export const showConfigChanges = forFormation({
  may: 'see',
  summary: 'Show which variables differ between versions of the config, by name.',
  answers: answersWith(
    z.object({
      results: z
        .array(
          z.object({
            from: z.int(),
            to: z.int(),
            changed: z.array(z.string()).describe('Those that came and went, too.'),
          }),
        )
        .describe('As they were asked for.'),
    }),
  ),
  query: changesQuery,
  answer: async ({ parts, formation, query }) => {
    const between = query.between.split(',').map((pair) => pair.split('-').map(Number) as [number, number]);
    const versions = new Map<number, ConfigValues>();
    for (const version of new Set(between.flat()))
      versions.set(version, await valuesOf(parts.stores.configs, formation, version, 'between'));
    return ok({
      results: between.map(([from, to]) => ({
        ...{ from, to },
        changed: changedNames(versions.get(from)!, versions.get(to)!),
      })),
    });
  },
});

/** No read: that somebody has seen a value is in the audit log. */
export const revealConfig = forFormation({
  may: 'readConfig',
  summary: 'Show the values of some variables. That you did is in the audit log, with their names.',
  answers: answersWith(configSchema),
  body: z.strictObject({
    names: z
      .array(z.string().max(255).regex(/^\w*$/, 'must be names of variables'))
      .min(1, 'must name at least one variable, e.g. DATABASE_URL')
      .max(maxRevealed)
      .describe('The variables. The answer has no others.'),
  }),
  audit: ({ names }) => ({ names: [...new Set(names)] }),
  headers: ifMatch,
  answer: async ({ parts, request, formation, body: { names } }) => {
    const present = await parts.stores.configs.present(formation.id);
    requireConfig(request, present);
    const { version, values: all } = configJson(present);
    const missing = names.find((name) => !Object.hasOwn(all, name));
    if (missing !== undefined)
      throw new UnknownName(`the config of ${formation.name} has no variable ${JSON.stringify(missing)}`, {
        field: 'names',
      });
    return ok({ version, values: Object.fromEntries(names.map((name) => [name, all[name]!])) });
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
        requireConfig(call.request, present),
      ),
    );
  },
});

function configJson(config: ConfigRecord | undefined): Json<typeof configSchema> {
  return { version: config?.version ?? 0, values: config?.values ?? {} };
}

function hiddenJson(config: ConfigRecord | undefined): Json<typeof configSchema> {
  const { version, values: all } = configJson(config);
  return { version, values: maskValues(all) };
}

/** By the tag of the values or of what hides them: a version is never changed. @throws Outdated */
function requireConfig(request: Request, present: ConfigRecord | undefined): void {
  requireMatch(request, configJson(present), hiddenJson(present));
}

/** @throws UnknownName for a version that there never was */
async function valuesOf(
  configs: Pick<ConfigStore, 'byVersion'>,
  { id, name }: Pick<FormationRecord, 'id' | 'name'>,
  version: number,
  field = 'since',
): Promise<ConfigValues> {
  const config = await configs.byVersion(id, version);
  if (config === undefined && version !== 0)
    throw new UnknownName(`the config of ${name} has no version ${version}`, { field });
  return config?.values ?? {};
}

function changedNames(before: ConfigValues, now: ConfigValues): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  const valueOf = (values: ConfigValues, name: string) =>
    Object.hasOwn(values, name) ? values[name] : undefined;
  return names.filter((name) => valueOf(before, name) !== valueOf(now, name));
}
