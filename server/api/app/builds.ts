import { z } from 'zod';
import { Conflict, NotFound } from '../../../base/errors.js';
import type { BuildRecord } from '../../store/app/builds/build-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import { answersPageOf, answersWith, moment, type Json } from '../http/answers.js';
import { forFormation } from '../endpoint/endpoint.js';
import { operationAnswers, operationSchema, readOperationJson } from '../replies/operation-json.js';
import { ok } from '../endpoint/reply.js';
import { respondWithOperation } from '../replies/respond-with-operation.js';
import { pageQuery, plainPage } from '../endpoint/page.js';
import { sendList } from '../send-list.js';
import { structure } from '../http/input/json-field.js';
import { isoTime } from '../http/time.js';
import { pushedCommit, pushKind } from '../../formation/requests/kinds/push.js';

export const buildSchema = z
  .object({
    uuid: z.guid(),
    kind: z.enum(['slug', 'image']),
    sha: z
      .string()
      .describe('Commit that was pushed; of a slug built elsewhere what was said, or its sha256.'),
    slug_path: z.string().nullable(),
    sha256: z.string().nullable(),
    size: z.int().nullable().describe('Bytes of the slug, or of the layers of the image.'),
    procfile: z
      .record(z.string(), z.string())
      .describe('Process type -> command; empty: what the image itself says.'),
    buildpack: z.string().nullable(),
    image: z.string().nullable().describe('Of a slug: the stack that it runs on.'),
    port: z.int().nullable().describe('Where an image listens by what it EXPOSEs; null: where PORT says.'),
    created_at: moment,
  })
  .meta({ id: 'Build' });

/** Newest first. */
export const listBuilds = forFormation({
  may: 'see',
  summary: 'List the builds, newest first.',
  answers: answersPageOf(buildSchema),
  query: pageQuery,
  answer: async (call) => {
    return plainPage(
      call,
      (request) => call.parts.stores.builds.pageOfFormation(call.formation.id, request),
      buildJson,
    );
  },
});

export const showBuild = forFormation({
  may: 'see',
  summary: 'Show a build; `latest` is the newest.',
  answers: answersWith(buildSchema),
  answer: async ({ parts, formation, param }) => {
    const { builds } = parts.stores;
    const id = param('build');
    const newest = async (): Promise<BuildRecord | undefined> =>
      (await builds.pageOfFormation(formation.id, { limit: 1 })).items[0];
    const named = async (): Promise<BuildRecord | undefined> =>
      z.guid().safeParse(id).success ? builds.byId(id) : undefined;
    const build = await (id === 'latest' ? newest() : named());
    if (build?.formationId === formation.id) return ok(buildJson(build));
    throw new NotFound(
      id === 'latest' ? `nothing of ${formation.name} was built yet` : noBuild(id, formation.name),
    );
  },
});

const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/i, 'is not a valid sha256: expected 64 digits of hex')
  .transform((text) => text.toLowerCase());

/** The shape of 2013: a slug that was built elsewhere. */
export const importBuild = forFormation({
  may: 'deploy',
  summary: 'Fetch a slug that was built elsewhere, verify it, and deploy it as a release.',
  answers: operationAnswers,
  body: z.strictObject({
    url: z.string().max(4096).describe('http or https; without a password in it.'),
    sha256: hash,
    procfile: z
      .union([z.string(), structure(z.record(z.string(), z.string()))])
      .describe('Process types and commands, or the text of a Procfile.'),
    sha: z
      .string()
      .regex(/^[0-9a-f]{7,64}$/, 'is not a valid commit: expected 7 to 64 digits of hex')
      .optional()
      .describe('The commit that it was built of. Without it the slug is named by its sha256.'),
  }),
  answer: async (call) => {
    const { url, sha256, procfile, sha: commit = null } = call.body;
    const wanted = { url, sha256, procfile, commit };
    return respondWithOperation(
      call,
      await call.parts.formations.importBuild(call.user, call.formation, wanted),
    );
  },
});

/** What is live stays live. */
export const cancelBuild = forFormation({
  may: 'deploy',
  summary: 'Ask for the end of a push; `latest` is the one under way, else the newest that waits.',
  answers: answersWith(operationSchema),
  answer: async ({ parts, formation, param }) => {
    const { operations } = parts.stores;
    const id = param('build');
    const unfinished = await operations.unfinishedOfFormation(formation.id, 'formation');
    const pushes = unfinished.filter((each) => pushKind.is(each));
    const chosen =
      id === 'latest'
        ? (pushes.find(({ state }) => state === 'running') ?? pushes.at(-1))
        : pushes.find((push) => push.id === id);
    if (chosen !== undefined)
      return ok(await readOperationJson(parts, await parts.formations.cancelOperation(chosen)));
    if (id === 'latest') throw new Conflict('nothing is being built');
    const ended = z.guid().safeParse(id).success ? await operations.byId(id) : undefined;
    if (ended?.formationId !== formation.id || !pushKind.is(ended))
      throw new NotFound(noBuild(id, formation.name));
    throw new Conflict(`too late: the push has ended, and is ${ended.state}`);
  },
});

export const clearBuildCache = forFormation({
  may: 'deploy',
  summary: 'Remove what the builds of the formation keep for the next one, when a build under way has ended.',
  answers: operationAnswers,
  answer: async (call) =>
    respondWithOperation(call, await call.parts.formations.clearBuildCache(call.user, call.formation)),
});

function buildJson(build: BuildRecord): Json<typeof buildSchema> {
  return {
    uuid: build.id,
    kind: build.kind,
    sha: build.gitCommit,
    ...artefactJson(build),
    procfile: { ...build.procfile },
    buildpack: build.buildpack,
    created_at: isoTime(build.createdAt),
  };
}

function noBuild(id: string, formation: string): string {
  return `no build ${JSON.stringify(id)} in ${formation}`;
}

/** Of a slug: what it is and the stack that it runs on; of an image: that alone. */
function artefactJson(build: BuildRecord) {
  if (build.kind === 'image') {
    const { reference, digest, size, port } = build;
    return { slug_path: null, sha256: null, size, image: `${reference}@${digest}`, port };
  }
  const { slugPath: slug_path, slugSha256: sha256, slugSize: size, image } = build;
  return { slug_path, sha256, size, image, port: null };
}

const buildFailureSchema = z
  .object({
    message: z.string(),
    step: z.string().nullable().describe('What the build was at, e.g. `bin/compile of nodejs`.'),
    exit_code: z.int().nullable().describe('Of the build; null when it was not its own end.'),
    advice: z.string().nullable().describe('What to do, where that is known.'),
  })
  .meta({ id: 'BuildFailure' });

export const buildOutputSchema = z
  .object({
    build: z.guid().describe('Of the build, and of the push that made it or failed to.'),
    sha: z.string().nullable(),
    state: z
      .enum(['queued', 'running', 'succeeded', 'failed', 'cancelled', 'superseded'])
      .describe('Of the push.'),
    failure: buildFailureSchema.nullable().describe('Of a push that failed.'),
    lines: z.array(z.string()),
  })
  .meta({ id: 'BuildOutput' });

/** Kept as long as the push's operation: with its build, or for the time that a setting says. */
export const showBuildOutput = forFormation({
  may: 'see',
  summary: 'Show the whole output of a build, also of one that failed; `latest` is that of the newest push.',
  answers: answersWith(buildOutputSchema),
  answer: async ({ parts, formation, param, response }) => {
    const { operations, operationEvents } = parts.stores;
    const id = param('build');
    const named = z.guid().safeParse(id).success ? await operations.byId(id) : undefined;
    const push = id === 'latest' ? await operations.newestOfKind(formation.id, pushKind.name) : named;
    if (push?.formationId !== formation.id || !pushKind.is(push))
      throw new NotFound(
        id === 'latest' ? `nothing was pushed to ${formation.name} yet` : noBuild(id, formation.name),
      );
    const about = {
      build: push.id,
      sha: pushedCommit(push),
      state: push.state,
      failure: push.state === 'failed' ? failureOf(push) : null,
    };
    await sendList(response, about, 'lines', operationEvents.linesOfStep(push.id, 'build'));
    return undefined;
  },
});

/** As `BuildFailure` of the builder leaves it in the operation; a deploy that failed has its message alone. */
function failureOf({ error, step }: OperationRecord): z.output<typeof buildFailureSchema> {
  const known = failureDetails.parse(error ?? {});
  return { message: error?.message ?? '', ...known, step: known.step ?? step };
}

const failureDetails = z.object({
  step: z.string().nullable().catch(null),
  exit_code: z.int().nullable().catch(null),
  advice: z.string().nullable().catch(null),
});
