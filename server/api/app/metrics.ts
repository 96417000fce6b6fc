import { z } from 'zod';
import { UserError } from '../../../base/errors.js';
import { maxSteps, readSeries } from '../../measures/read-series.js';
import type { ReleaseRecord } from '../../store/app/release-store.js';
import { forFormation } from '../endpoint/endpoint.js';
import { answersWith, moment } from '../http/answers.js';
import { givenTime } from '../http/input/given-time.js';
import { isoTime } from '../http/time.js';

const query = z.strictObject({
  since: givenTime.optional().describe('Default: an hour ago. What is older than 7 days is gone.'),
  until: givenTime.optional().describe('Default: now.'),
  steps: z
    .string()
    .regex(/^\d{1,3}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(1).max(maxSteps))
    .default(60)
    .describe('How many values each series has at most.'),
});

const values = z.array(z.number().nullable()).describe('One for each step; null where nothing was measured.');
const trafficSchema = z.object({
  proxy: z.string().nullable().describe('The node; null: all proxies together.'),
  requests: values.describe('Requests in a second.'),
  statuses: z.record(z.string(), values).describe('`2xx` -> requests in a second.'),
  p50_ms: values.describe('Until the answer began.'),
  p95_ms: values,
  p99_ms: values,
});
const processSchema = z.object({
  process: z.string().describe('`web.1`'),
  cpu: values.describe('Cores.'),
  memory: values.describe('The most bytes in use.'),
  memory_limit: z.int().nullable().describe('Null: as much as the node has.'),
  restarts: values.describe('In each step.'),
});
const metricsSchema = z
  .object({
    from: moment,
    to: moment,
    step_seconds: z.int(),
    steps: z.int(),
    traffic: z.array(trafficSchema),
    processes: z.array(processSchema),
    disks: z.array(
      z.object({ node: z.string(), mount: z.string(), used: values.describe('Share in use, 0 to 1.') }),
    ),
    releases: z
      .array(z.object({ version: z.int(), summary: z.string(), live_at: moment }))
      .describe('Those that went live in this time, the newest 100, oldest first.'),
  })
  .meta({ id: 'Metrics' });

const maxReleases = 100;
const hourMs = 3_600_000;

/** What the app served and used over time. */
export const showMetrics = forFormation({
  may: 'see',
  summary:
    'Show requests, latency, cpu, memory, restarts and disks over time, with the releases of that time.',
  answers: answersWith(metricsSchema),
  query,
  answer: async ({ parts: { stores, now }, formation, query: { since, until, steps } }) => {
    const to = until === undefined ? now() : new Date(until);
    const from = since === undefined ? new Date(to.getTime() - hourMs) : new Date(since);
    if (from >= to) throw new UserError('since must be before until', { field: 'since' });
    const series = await readSeries(stores, formation.id, { from, to, steps }, now());
    const releases = (await stores.releases.ofFormation(formation.id)).filter((release) =>
      isIn(release, series),
    );
    return {
      status: 200,
      body: {
        from: isoTime(series.from),
        to: isoTime(series.to),
        step_seconds: series.stepSeconds,
        steps: series.count,
        traffic: series.traffic.map(({ p50, p95, p99, ...rest }) => ({
          ...rest,
          p50_ms: p50,
          p95_ms: p95,
          p99_ms: p99,
        })),
        processes: series.processes.map(({ memoryLimit, ...rest }) => ({
          ...rest,
          memory_limit: memoryLimit,
        })),
        disks: series.disks,
        releases: releases
          .slice(0, maxReleases)
          .reverse()
          .map(({ version, summary, liveAt }) => ({ version, summary, live_at: isoTime(liveAt) })),
      },
    };
  },
});

function isIn({ liveAt }: ReleaseRecord, { from, to }: { readonly from: Date; readonly to: Date }): boolean {
  return liveAt !== null && liveAt >= from && liveAt < to;
}
