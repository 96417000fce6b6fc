import { z } from 'zod';
import { NotFound } from '../../../base/errors.js';
import { requireHost } from '../../formation/sharing/require-host.js';
import { hasPlace } from '../../formation/sharing/require-place.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { HostShareRecord, UsableHost } from '../../store/app/host-share-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { formationOf, requireAdmin } from '../endpoint/access.js';
import type { AppParts } from '../endpoint/app-parts.js';
import { forFormation, forUsers } from '../endpoint/endpoint.js';
import { pageQuery, plainPage } from '../endpoint/page.js';
import { created, noContent, ok } from '../endpoint/reply.js';
import { atField } from '../endpoint/named/unknown-name.js';
import { userNamed } from '../endpoint/named/user-named.js';
import {
  type Json,
  answersCreated,
  answersNothing,
  answersPageOf,
  answersWith,
  moment,
} from '../http/answers.js';
import { isStorable } from '../http/input/storable-text.js';
import { isoTime } from '../http/time.js';

export const hostSchema = z
  .object({
    id: z.string(),
    owner: z.string(),
    default: z
      .boolean()
      .describe('Everybody may place formations there, and new ones that name no other ground live there.'),
  })
  .meta({ id: 'Host' });

export const hostShareSchema = z
  .object({ username: z.string(), created_at: moment })
  .meta({ id: 'HostShare' });

export const listHosts = forUsers({
  summary: 'List the formations on whose nodes you may place formations of your own.',
  answers: answersPageOf(hostSchema),
  query: pageQuery,
  answer: async (call) => {
    const { hostShares } = call.parts.stores;
    return plainPage(call, (request) => hostShares.pageOfUsable(call.user.id, request), hostJson);
  },
});

export const listHostShares = forFormation({
  may: 'see',
  summary: 'List who may place formations on its nodes without a role in it.',
  answers: answersPageOf(hostShareSchema),
  query: pageQuery,
  answer: async (call) => {
    const { hostShares } = call.parts.stores;
    return plainPage(
      call,
      (request) => hostShares.pageOfFormation(call.formation.id, request),
      hostShareJson,
    );
  },
});

export const shareHost = forFormation({
  may: 'share',
  summary: 'Let somebody place formations on its nodes, who sees nothing else of it.',
  answers: answersCreated(hostShareSchema),
  body: z.strictObject({ username: z.string() }),
  audit: ({ username }) => ({ username }),
  answer: async ({ parts, user, formation, body }) => {
    const guest = await userNamed(parts, user, body.username);
    const share = await parts.stores.withFormationLock(formation.id, async (stores) => {
      await requireHost(stores, formation);
      await stores.hostShares.insert(formation.id, guest.id);
      return stores.hostShares.withUser(formation.id, guest.id);
    });
    if (share === undefined) throw new NotFound(`${body.username} is gone`);
    const path = `/api/formations/${formation.name}/host-shares/${encodeURIComponent(guest.username)}`;
    return created(hostShareJson(share), path);
  },
});

export const unshareHost = forFormation({
  may: 'share',
  summary: 'Take that leave back. Formations that live on its nodes stay.',
  answers: answersNothing,
  answer: async ({ parts, formation, param }) => {
    const name = param('username');
    const guest = isStorable(name) ? await parts.stores.users.byUsername(name) : undefined;
    const removed =
      guest !== undefined &&
      (await parts.stores.withFormationLock(formation.id, (stores) =>
        stores.hostShares.remove(formation.id, guest.id),
      ));
    if (!removed)
      throw new NotFound(`the nodes of ${formation.name} are not shared with ${JSON.stringify(name)}`);
    return noContent;
  },
});

export const setDefaultHost = forFormation({
  may: 'share',
  summary: 'Let everybody place formations on its nodes, and those that name no other ground live there.',
  answers: answersWith(hostSchema),
  body: z.strictObject({ default: z.boolean() }),
  audit: (body) => ({ default: body.default }),
  answer: async ({ parts, user, formation, body }) => {
    requireAdmin(user);
    await parts.stores.withFormationLock(formation.id, async (stores) => {
      if (body.default) await requireHost(stores, formation);
      await stores.hostShares.setDefault(formation.id, body.default);
    });
    const owner = await parts.stores.users.byId(formation.ownerId);
    return ok(
      hostJson({ name: formation.name, owner: owner?.username ?? user.username, isDefault: body.default }),
    );
  },
});

/**
 * The formation on whose nodes a new one of the user shall live: a member of it may by their role, all others by
 * its leave. @throws UnknownName at `on` for one that is not open to them, Forbidden for a viewer without leave
 */
export async function hostOf(parts: AppParts, user: UserRecord, name: string): Promise<FormationRecord> {
  const { formations, hostShares } = parts.stores;
  const host = isStorable(name) ? await formations.byName(name) : undefined;
  if (host !== undefined && (await hostShares.mayPlace(host.id, user.id))) return host;
  return (await atField('on', formationOf(parts, user, name, 'host'))).formation;
}

/**
 * Where a formation lives that says nothing of it: on a default host, where there is one; of several on the one with
 * the fewest guests that has room for one more of the user. Where none has, the first says why.
 */
export async function defaultHostOf(
  { stores }: AppParts,
  user: UserRecord,
): Promise<FormationRecord | undefined> {
  let first: FormationRecord | undefined;
  for (const name of await stores.hostShares.defaultHosts()) {
    const host = await stores.formations.byName(name);
    if (host === undefined) continue;
    if (await hasPlace(stores, host, user)) return host;
    first ??= host;
  }
  return first;
}

function hostJson({ name, owner, isDefault }: UsableHost): Json<typeof hostSchema> {
  return { id: name, owner, default: isDefault };
}

function hostShareJson({ username, createdAt }: HostShareRecord): Json<typeof hostShareSchema> {
  return { username, created_at: isoTime(createdAt) };
}
