import { z } from 'zod';
import { NotFound } from '../../../base/errors.js';
import { requireAlive } from '../../formation/requests/enqueue-operation.js';
import type { FlavorShareRecord, UsableFlavor } from '../../store/infrastructure/flavor-share-store.js';
import { formationOf } from '../endpoint/access.js';
import { type Json, answersCreated, answersNothing, answersPageOf, moment } from '../http/answers.js';
import { atField } from '../endpoint/named/unknown-name.js';
import { forFormation, forUsers } from '../endpoint/endpoint.js';
import type { UserCall } from '../endpoint/endpoint-call.js';
import { flavorOf } from './flavors.js';
import { pageQuery, plainPage } from '../endpoint/page.js';
import { created, noContent } from '../endpoint/reply.js';
import { isStorable } from '../http/input/storable-text.js';
import { isoTime } from '../http/time.js';

export const flavorShareSchema = z
  .object({ formation: z.string(), created_at: moment })
  .meta({ id: 'FlavorShare' });

export const usableFlavorSchema = z
  .object({
    id: z.string(),
    owner: z.string(),
    provider_type: z.string(),
    shared: z.boolean().describe('Whether its owner has shared it with the formation.'),
  })
  .meta({ id: 'UsableFlavor' });

export const listUsableFlavors = forFormation({
  may: 'infrastructure',
  summary:
    'List the flavors that you may make layers of here: your own, and those shared with the formation.',
  answers: answersPageOf(usableFlavorSchema),
  query: pageQuery,
  answer: async (call) => {
    const { parts, user, formation } = call;
    const read = parts.stores.flavorShares.pageOfUsable.bind(
      parts.stores.flavorShares,
      user.id,
      formation.id,
    );
    return plainPage(call, read, usableFlavorJson);
  },
});

export const listFlavorShares = forUsers({
  summary: 'List the formations that a flavor of yours is shared with.',
  answers: answersPageOf(flavorShareSchema),
  query: pageQuery,
  answer: async (call) => {
    const flavor = await flavorOf(call.parts, call.user, call.param('flavor'));
    return plainPage(
      call,
      (request) => call.parts.stores.flavorShares.pageOfFlavor(flavor.id, request),
      flavorShareJson,
    );
  },
});

type ShareBody = { readonly formation: string };

/** One has to be a member: to strangers the formation does not exist. */
export const shareFlavor = forUsers({
  summary:
    'Let the admins and the owner of a formation, in which you have a role, make layers of your flavor.',
  answers: answersCreated(flavorShareSchema),
  body: z.strictObject({ formation: z.string() }),
  audit: ({ formation }) => ({ formation }),
  concerns: async (call) => (await shareRequest(call)).formation,
  answer: async (call) => {
    const { parts } = call;
    const { flavor, formation } = await shareRequest(call);
    const share = await parts.stores.withFormationLock(formation.id, async (stores) => {
      await requireAlive(stores, formation.id);
      await stores.flavorShares.insert(flavor.id, formation.id);
      return stores.flavorShares.withFormation(flavor.id, formation.name);
    });
    if (share === undefined) throw new NotFound(`${formation.name} is gone`);
    const path = `/api/flavors/${encodeURIComponent(flavor.name)}/shares/${formation.name}`;
    return created(flavorShareJson(share), path);
  },
});

/** Also for somebody who is no member any more. Nodes that are there stay. */
export const unshareFlavor = forUsers({
  summary: 'Take a flavor of yours back from a formation. Nodes that exist stay.',
  answers: answersNothing,
  concerns: async (call) => {
    const { formationId, formation } = (await shareOf(call)).share;
    return { id: formationId, name: formation };
  },
  answer: async (call) => {
    const { flavorId, share } = await shareOf(call);
    await call.parts.stores.withFormationLock(share.formationId, (stores) => {
      return stores.flavorShares.delete(flavorId, share.formationId);
    });
    return noContent;
  },
});

async function shareRequest({ parts, user, param, body }: Omit<UserCall<ShareBody, unknown>, 'query'>) {
  const flavor = await flavorOf(parts, user, param('flavor'));
  const { formation } = await atField('formation', formationOf(parts, user, body.formation, 'see'));
  return { flavor, formation };
}

type UnshareCall = Pick<UserCall<unknown, unknown>, 'parts' | 'user' | 'param'>;

async function shareOf({
  parts,
  user,
  param,
}: UnshareCall): Promise<{ flavorId: number; share: FlavorShareRecord }> {
  const flavor = await flavorOf(parts, user, param('flavor'));
  const name = param('share');
  const share = isStorable(name) ? await parts.stores.flavorShares.withFormation(flavor.id, name) : undefined;
  if (share === undefined)
    throw new NotFound(`flavor ${flavor.name} is not shared with ${JSON.stringify(name)}`);
  return { flavorId: flavor.id, share };
}

function flavorShareJson({ formation, createdAt }: FlavorShareRecord): Json<typeof flavorShareSchema> {
  return { formation, created_at: isoTime(createdAt) };
}

function usableFlavorJson({
  name,
  owner,
  providerType,
  shared,
}: UsableFlavor): Json<typeof usableFlavorSchema> {
  return { id: name, owner, provider_type: providerType, shared };
}
