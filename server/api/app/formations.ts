import { z } from 'zod';
import { NotFound } from '../../../base/errors.js';
import { maskAddresses, maskDatabag } from '../../formation/databag/mask-databag.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { readFormationSummaries } from '../../store/app/formation-summary.js';
import { isAllowed, leastRole, roles, type Action, type MemberRole } from '../../formation/sharing/roles.js';
import { reaches, type Scope } from '../../formation/sharing/scopes.js';
import { answersCreated, answersPageOf, answersWith } from '../http/answers.js';
import type { AppParts } from '../endpoint/app-parts.js';
import { atField } from '../endpoint/named/unknown-name.js';
import { seesGround } from '../endpoint/access.js';
import { forFormation, forUsers } from '../endpoint/endpoint.js';
import { flavorOf } from '../infrastructure/flavors.js';
import { defaultHostOf, hostOf } from '../infrastructure/hosts.js';
import { formationJson, formationSchema } from '../replies/formation-json.js';
import { hostName } from '../http/input/names.js';
import { operationAnswers } from '../replies/operation-json.js';
import { page, pageQuery } from '../endpoint/page.js';
import { created, ok } from '../endpoint/reply.js';
import { respondWithOperation } from '../replies/respond-with-operation.js';

/** Its members are those of cookbooks/databag.ts. */
const databagSchema = z.looseObject({ id: z.string(), generation: z.int() }).meta({ id: 'Databag' });

const shownFormationSchema = formationSchema
  .extend({
    role: z.enum(roles).describe('What you are to it, as far as your token reaches.'),
    may: z
      .array(z.enum(Object.keys(leastRole) as Action[]))
      .describe('What you may do here; all else answers 403.'),
  })
  .meta({ id: 'ShownFormation' });

export const listFormations = forUsers({
  summary: 'List your formations.',
  answers: answersPageOf(formationSchema),
  query: pageQuery,
  answer: async (call) =>
    page(
      call,
      (request) => call.parts.stores.memberships.pageOfUser(call.user.id, request),
      (shown) => formationWriter(call.parts, shown),
    ),
});

export const createFormation = forUsers({
  summary:
    'Make a formation; with a flavor also its layers runtime and proxy. ' +
    'With neither `flavor` nor `on` it lives on a default host, where there is one.',
  answers: answersCreated(formationSchema),
  body: z.strictObject({
    id: hostName.optional(),
    flavor: z.string().optional(),
    on: z
      .string()
      .nullish()
      .describe('A formation of `GET /api/hosts`, on whose nodes it lives; null: it gets nodes of its own.'),
  }),
  answer: async ({ parts, user, body }) => {
    const flavor =
      body.flavor === undefined ? undefined : await atField('flavor', flavorOf(parts, user, body.flavor));
    const host = await groundFor(parts, user, body);
    const formation = await parts.formations.createFormation(user, { name: body.id, flavor, host });
    return created(await readFormationJson(parts, formation), `/api/formations/${formation.name}`);
  },
});

async function groundFor(
  parts: AppParts,
  user: UserRecord,
  { flavor, on }: { readonly flavor?: string | undefined; readonly on?: string | null | undefined },
): Promise<FormationRecord | undefined> {
  if (typeof on === 'string') return hostOf(parts, user, on);
  return flavor === undefined && on === undefined ? defaultHostOf(parts, user) : undefined;
}

export const showFormation = forFormation({
  may: 'see',
  summary: 'Show a formation, and what you may do there.',
  answers: answersWith(shownFormationSchema),
  answer: async ({ parts, formation, role, token }) =>
    ok({ ...(await readFormationJson(parts, formation)), role, may: allowedTo(role, token.scope) }),
});

export const destroyFormation = forFormation({
  may: 'destroy',
  summary: 'Terminate its nodes and delete everything of it.',
  answers: operationAnswers,
  answer: async (call) =>
    respondWithOperation(call, await call.parts.formations.destroyFormation(call.user, call.formation)),
});

export const convergeFormation = forFormation({
  may: 'deploy',
  summary: 'Make every node be what the databag says; with `why_run` only find out what that would change.',
  answers: operationAnswers,
  body: z.strictObject({
    why_run: z.boolean().default(false).describe("The operation's result is then a `Forecast`."),
  }),
  answer: async (call) => {
    const { parts, user, formation, body } = call;
    return respondWithOperation(
      call,
      await (body.why_run
        ? parts.formations.whyRun(user, formation)
        : parts.formations.converge(user, formation)),
    );
  },
});

/** The databag as it would be sent now. */
export const calculateDatabag = forFormation({
  may: 'see',
  changes: false,
  summary: 'Show the databag: what the nodes must be.',
  answers: answersWith(databagSchema),
  answer: async (call) => {
    const { parts, role, formation } = call;
    const whole = await parts.formations.calculate(formation);
    const databag = (await seesGround(parts, call)) ? whole : maskAddresses(whole);
    return ok(isAllowed(role, 'readConfig') ? databag : maskDatabag(databag));
  },
});

/** By the two tables. */
function allowedTo(role: MemberRole, scope: Scope): Action[] {
  const isInReach = (action: Action): boolean =>
    reaches(scope, action, true) || reaches(scope, action, false);
  return (Object.keys(leastRole) as Action[]).filter(
    (action) => isAllowed(role, action) && isInReach(action),
  );
}

async function formationWriter(parts: AppParts, formations: readonly FormationRecord[]) {
  const summaries = await readFormationSummaries(
    parts.stores.database,
    formations.map(({ id }) => id),
  );
  const info = parts.info();
  return (formation: FormationRecord) => {
    const summary = summaries.get(formation.id);
    return summary && formationJson(formation, summary, info);
  };
}

async function readFormationJson(parts: AppParts, formation: FormationRecord) {
  const json = (await formationWriter(parts, [formation]))(formation);
  if (json === undefined) throw new NotFound(`formation ${formation.name} is gone`);
  return json;
}
