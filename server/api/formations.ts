import { z } from 'zod';
import { NotFound } from '../../cookbooks/errors.js';
import { readFormationSnapshot } from '../store/formation-snapshot.js';
import type { FormationRecord } from '../store/formation-store.js';
import type { UserRecord } from '../store/user-store.js';
import { mayReadConfig } from './access.js';
import type { AppParts } from './app-parts.js';
import { atField } from './at-field.js';
import { forFormation, forUsers } from './endpoint.js';
import { flavorOf } from './flavors.js';
import { formationJson } from './formation-json.js';
import { hostName } from './names.js';
import { page, pageQuery } from './page.js';
import { created, ok } from './reply.js';
import { respondWithOperation } from './respond-with-operation.js';

export const listFormations = forUsers({
  query: pageQuery,
  answer: async (call) => {
    const formations = await call.parts.stores.formations.ofOwner(call.user.id);
    return page(call, formations, { key: (formation) => [formation.name] }, (formation) => readFormationJson(call.parts, call.user, formation));
  },
});

export const createFormation = forUsers({
  body: z.strictObject({ id: hostName.optional(), flavor: z.string().optional() }),
  answer: async ({ parts, user, body }) => {
    const flavor = body.flavor === undefined ? undefined : await atField('flavor', flavorOf(parts, user, body.flavor));
    const formation = await parts.formations.createFormation(user, { name: body.id, flavor });
    return created(await readFormationJson(parts, user, formation), `/api/formations/${formation.name}`);
  },
});

export const showFormation = forFormation({ answer: async ({ parts, user, formation }) => ok(await readFormationJson(parts, user, formation)) });

export const destroyFormation = forFormation({
  answer: async (call) => respondWithOperation(call, await call.parts.formations.destroyFormation(call.user, call.formation)),
});

export const convergeFormation = forFormation({
  answer: async (call) => respondWithOperation(call, await call.parts.formations.converge(call.user, call.formation)),
});

/** The databag as it would be sent now. */
export const calculateDatabag = forFormation({
  answer: async ({ parts, user, formation }) => {
    const databag = await parts.formations.calculate(formation);
    return ok(mayReadConfig(user, formation) ? databag : parts.formations.mask(databag));
  },
});

async function readFormationJson(parts: AppParts, owner: UserRecord, formation: FormationRecord) {
  const snapshot = await readFormationSnapshot(parts.stores, formation.id);
  if (snapshot === undefined) throw new NotFound(`formation ${formation.name} is gone`);
  return formationJson(snapshot, owner.username, parts.info());
}
