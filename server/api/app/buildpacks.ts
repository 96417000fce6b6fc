import { z } from 'zod';
import { knownBuildpacks } from '../../formation/buildpacks/known-buildpacks.js';
import type { Stores } from '../../store/stores.js';
import { answersWith, type Json } from '../http/answers.js';
import { ifMatch, requireMatch } from '../http/etag.js';
import { structure } from '../http/input/json-field.js';
import { forFormation } from '../endpoint/endpoint.js';
import { ok } from '../endpoint/reply.js';

const maxBuildpacks = 12;

export const buildpacksSchema = z
  .object({
    buildpacks: z
      .array(z.string())
      .describe('Set for the formation, in order; empty: the app itself says, or its files do.'),
    available: z
      .array(z.string())
      .describe('Names of those that come with the controller or that its operator keeps.'),
  })
  .meta({ id: 'Buildpacks' });

export const showBuildpacks = forFormation({
  may: 'see',
  summary: 'Show the buildpacks that are set for the formation, and the names that can be set.',
  answers: answersWith(buildpacksSchema),
  answer: async ({ parts, formation }) =>
    ok(await shown(parts.stores, await parts.stores.buildpacks.ofFormation(formation.id))),
});

export const changeBuildpacks = forFormation({
  may: 'deploy',
  summary: 'Set the buildpacks of the formation, in order, for the next push; an empty list sets none.',
  answers: answersWith(buildpacksSchema),
  body: z.strictObject({
    buildpacks: structure(
      z
        .array(z.string('must be a name or a URL'), 'must be a list of names and URLs')
        .max(maxBuildpacks, `may have ${maxBuildpacks} at most`),
    ),
  }),
  audit: ({ buildpacks }) => ({ buildpacks }),
  headers: ifMatch,
  answer: async ({ parts, user, formation, request, body }) => {
    const before = await shown(parts.stores, []);
    const list = await parts.formations.setBuildpacks(user, formation, body.buildpacks, (present) =>
      requireMatch(request, { ...before, buildpacks: [...present] }),
    );
    return ok({ ...before, buildpacks: [...list] });
  },
});

async function shown(stores: Stores, list: readonly string[]): Promise<Json<typeof buildpacksSchema>> {
  const { builtin, kept } = await knownBuildpacks(stores);
  return { buildpacks: [...list], available: [...builtin, ...kept.map(({ name }) => name)] };
}
