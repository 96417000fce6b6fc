import { z } from 'zod';
import { NotFound } from '../../../base/errors.js';
import { canRollBackTo } from '../../formation/releases/choose-rollback.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { ReleasePhaseStore } from '../../store/app/builds/release-phase-store.js';
import type { ReleaseRecord } from '../../store/app/release-store.js';
import type { Stores } from '../../store/stores.js';
import { answersPageOf, answersWith, moment } from '../http/answers.js';
import type { AppParts } from '../endpoint/app-parts.js';
import { forFormation } from '../endpoint/endpoint.js';
import { operationAnswers } from '../replies/operation-json.js';
import { page, pageQuery } from '../endpoint/page.js';
import { ok } from '../endpoint/reply.js';
import { respondWithOperation } from '../replies/respond-with-operation.js';
import { isoTime } from '../http/time.js';
import { checkJson, healthchecksSchema } from './settings/healthchecks.js';
import { tagsSchema } from './settings/tags.js';
import { timeoutsSchema } from './settings/timeouts.js';

/** The column is a 32 bit integer. */
const highestVersion = 2 ** 31 - 1;

export const releaseSchema = z
  .object({
    version: z.int(),
    state: z.enum(['pending', 'live', 'failed', 'superseded']),
    summary: z.string(),
    reason: z.string().nullable(),
    build: z.guid().nullable(),
    config: z.int().nullable(),
    limits: z
      .record(z.string(), z.object({ memory: z.int().optional(), cpus: z.number().optional() }))
      .describe('Process type -> bytes, and shares of one core; absent: no limit.'),
    checks: healthchecksSchema.shape.checks.describe(
      'Process type -> how its containers show that they are well; absent: as by default.',
    ),
    timeouts: timeoutsSchema.shape.timeouts.describe(
      'Process type -> seconds between SIGTERM and SIGKILL; absent: 10.',
    ),
    tags: tagsSchema.shape.tags.describe(
      'Process type -> what the layer of its nodes must have; absent: every runtime node.',
    ),
    sha: z.string().nullable(),
    created_by: z.string().nullable(),
    created_at: moment,
    live_at: moment.nullable(),
    live: z.boolean(),
    can_roll_back: z
      .boolean()
      .describe(
        'Whether `rollback` can go back to it: it was live once, is not now, and its slug is kept and not lost.',
      ),
  })
  .meta({ id: 'Release' });

/** Newest first. */
export const listReleases = forFormation({
  may: 'see',
  summary: 'List the releases, newest first.',
  answers: answersPageOf(releaseSchema),
  query: pageQuery,
  answer: async (call) => {
    return page(
      call,
      (request) => call.parts.stores.releases.pageOfFormation(call.formation.id, request),
      (shown) => releaseWriter(call.parts, call.formation, shown),
    );
  },
});

/** The release of the version asked for, `7` or `v7`. */
export const showRelease = forFormation({
  may: 'see',
  summary: 'Show the release of a version, `7` or `v7`.',
  answers: answersWith(releaseSchema),
  answer: async ({ parts, formation, param }) => {
    const release = await releaseNamed(parts.stores, formation, param('version'));
    return ok((await releaseWriter(parts, formation, [release]))(release));
  },
});

const phaseSchema = z.object({
  node: z.string().nullable().describe('Null once it is gone.'),
  state: z.enum(['running', 'succeeded', 'failed']),
  exit_code: z.int().nullable().describe('Null while it runs, and when it did not end by itself.'),
  lines: z.array(z.string()).describe('The last 2000 lines of its output, once it has ended.'),
  begun_at: moment.nullable(),
  ended_at: moment.nullable(),
});

export const releaseOutputSchema = z
  .object({
    version: z.int(),
    state: releaseSchema.shape.state,
    reason: z.string().nullable(),
    phase: phaseSchema
      .nullable()
      .describe('Of the release phase; null for a release whose Procfile has none, or whose has not run.'),
    postdeploy: phaseSchema
      .nullable()
      .describe('Of `scripts.postdeploy` of app.json; null for all but the first release that went live.'),
    containers: z.array(
      z.object({
        node: z.string(),
        container: z.string(),
        reason: z.string().describe('What was wrong with it: `exited with status 7`.'),
        exit_code: z
          .int()
          .nullable()
          .optional()
          .describe('Null while it ran; absent in what was kept before 2026-11-28, as the next two.'),
        out_of_memory: z
          .boolean()
          .optional()
          .describe('The kernel ended one of its processes for its memory.'),
        restarts: z.int().optional(),
        lines: z.array(z.string()).describe('The last 200 lines of its output.'),
        inspect: z
          .record(z.string(), z.unknown())
          .nullable()
          .describe("Of docker's inspect JSON what shows no value of a variable."),
        operation: z.guid(),
        at: moment,
      }),
    ),
  })
  .meta({ id: 'ReleaseOutput' });

/** Of the release phase, of postdeploy, and of the last deploy, scale or restart of it that failed. */
export const showReleaseOutput = forFormation({
  may: 'see',
  summary:
    'Show what the release phase of a release and postdeploy of its app.json wrote, and what containers of it ' +
    'that failed have left behind: why, their last lines, their state.',
  answers: answersWith(releaseOutputSchema),
  answer: async ({ parts, formation, param }) => {
    const { id, version, state, reason } = await releaseNamed(parts.stores, formation, param('version'));
    const { releases, releasePhases, postdeploys } = parts.stores;
    return ok({
      version,
      state,
      reason,
      phase: await phaseOf(parts.stores, releasePhases, id),
      postdeploy: await phaseOf(parts.stores, postdeploys, id),
      containers: await releases.evidenceOf(id),
    });
  },
});

async function phaseOf(
  stores: Stores,
  phases: ReleasePhaseStore,
  releaseId: number,
): Promise<z.input<typeof phaseSchema> | null> {
  const phase = await phases.byRelease(releaseId);
  if (phase === undefined) return null;
  const run = phase.runId === null ? undefined : await stores.runs.byId(phase.runId);
  const node = run && (await stores.nodes.byId(run.nodeId));
  return {
    node: node?.name ?? null,
    state: phase.endedAt === null ? 'running' : phase.exitCode === 0 ? 'succeeded' : 'failed',
    exit_code: phase.exitCode,
    lines: [...(await phases.linesOf(releaseId))],
    begun_at: isoTime(phase.begunAt),
    ended_at: isoTime(phase.endedAt),
  };
}

/** `7` or `v7`. @throws NotFound */
async function releaseNamed(
  stores: Stores,
  formation: FormationRecord,
  name: string,
): Promise<ReleaseRecord> {
  const version = /^v?([1-9]\d{0,9})$/.exec(name)?.[1];
  const release =
    version === undefined || Number(version) > highestVersion
      ? undefined
      : await stores.releases.byVersion(formation.id, Number(version));
  if (release === undefined) throw new NotFound(`no release ${JSON.stringify(name)} in ${formation.name}`);
  return release;
}

export const rollback = forFormation({
  may: 'deploy',
  summary:
    'Cut and deploy a release with the build, config, limits and health checks of an earlier one; ' +
    'without a version, of the last good one.',
  answers: operationAnswers,
  body: z.strictObject({ release: z.int('must be a release number').min(1).max(highestVersion).optional() }),
  audit: ({ release }) => ({ release: release ?? null }),
  answer: async (call) =>
    respondWithOperation(
      call,
      await call.parts.formations.rollback(call.user, call.formation, call.body.release),
    ),
});

export const retryRelease = forFormation({
  may: 'deploy',
  summary: 'Cut and deploy a release with all that the newest one holds, which failed.',
  answers: operationAnswers,
  answer: async (call) =>
    respondWithOperation(call, await call.parts.formations.retry(call.user, call.formation)),
});

async function releaseWriter(
  { stores, formations }: Pick<AppParts, 'stores' | 'formations'>,
  formation: FormationRecord,
  releases: readonly ReleaseRecord[],
) {
  const builds = new Map(
    (await stores.builds.byIds(releases.flatMap((release) => release.buildId ?? []))).map((build) => [
      build.id,
      build,
    ]),
  );
  const possible = releases.flatMap((release) => {
    const build = builds.get(release.buildId ?? '');
    const isPossible =
      canRollBackTo(release) && release.id !== formation.liveReleaseId && build?.collectedAt === null;
    return isPossible ? [{ id: release.id, build }] : [];
  });
  const lost = await formations.lostAmong([...new Set(possible.map(({ build }) => build))]);
  const backTo = new Set(possible.filter(({ build }) => !lost.has(build.id)).map(({ id }) => id));
  const configs = await stores.configs.versions(releases.map((release) => release.configId));
  const usernames = await stores.users.usernames(releases.map((release) => release.createdBy));
  return (release: ReleaseRecord) => ({
    version: release.version,
    state: release.state,
    summary: release.summary,
    reason: release.reason,
    build: release.buildId,
    config: configs.get(release.configId) ?? null,
    limits: release.limits,
    checks: Object.fromEntries(Object.entries(release.health).map(([type, each]) => [type, checkJson(each)])),
    timeouts: release.timeouts,
    tags: release.tags,
    sha: release.buildId === null ? null : (builds.get(release.buildId)?.gitCommit ?? null),
    created_by: release.createdBy === null ? null : (usernames.get(release.createdBy) ?? null),
    created_at: isoTime(release.createdAt),
    live_at: isoTime(release.liveAt),
    live: release.id === formation.liveReleaseId,
    can_roll_back: backTo.has(release.id),
  });
}
