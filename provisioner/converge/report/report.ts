import { z } from 'zod';
import type { FailedContainer } from '../../engine.js';

/*
 * What a converge program and its runner write about themselves: JSON lines. Free text travels as base64 in
 * the fields `*64`, so that no output of a command can break a line. The program writes begin, start, end and
 * finish; the runner writes the rest.
 */

const count = z.number().int().min(0);
const text64 = z.string().transform((text) => Buffer.from(text, 'base64').toString('utf8'));

const maxLines = 200;
/** Of a line: free text is base64, so that no good one has as many. A million values are long to parse. */
const maxParts = 10_000;

/** What a container that failed has left behind: FailedContainer (engine.ts). */
const failedContainer = z
  .object({
    name: z.string(),
    exit: z.number().int().nullable(),
    oom: z.boolean(),
    restarts: count,
    reason64: text64,
    lines64: text64,
    inspect64: text64,
  })
  .transform(({ name, exit, oom, restarts, reason64, lines64, inspect64 }): FailedContainer => ({
    name,
    reason: reason64,
    exitCode: exit,
    outOfMemory: oom,
    restarts,
    lines: lines64 === '' ? [] : lines64.trimEnd().split('\n').slice(-maxLines),
    inspect: parseObject(inspect64),
  }));

const wireEvents = {
  begin: z.object({
    event: z.literal('begin'),
    generation: count,
    resources: count,
    whyRun: z.boolean().default(false),
  }),
  start: z.object({ event: z.literal('start'), n: count, resource: z.string() }),
  end: z
    .object({
      event: z.literal('end'),
      n: count,
      resource: z.string(),
      result: z.enum(['up-to-date', 'changed', 'failed', 'skipped', 'would-change']),
      ms: z.number().min(0).default(0),
      /** What the command of a failed one exited with. */
      status: count.optional(),
      diff64: text64.optional(),
      error64: text64.optional(),
      container: failedContainer.optional().catch(undefined),
    })
    .transform(({ diff64, error64, container, status, ...rest }) => ({
      ...rest,
      ...(status === undefined ? {} : { exitCode: status }),
      ...(container ? { container } : {}),
      ...(diff64 ? { diff: diff64 } : {}),
      ...(error64 ? { error: error64 } : {}),
    })),
  finish: z.object({ event: z.literal('finish'), changed: count, failed: count }),
  /** The node has a newer generation than the program. */
  refused: z.object({ event: z.literal('refused'), have: count, wanted: count }),
  /** Another run holds the node's lock; `run` names it. */
  waiting: z.object({ event: z.literal('waiting'), run: z.string() }),
  /** Gave up waiting for that lock. */
  locked: z.object({ event: z.literal('locked'), run: z.string() }),
  /** Tail of the program's stderr, when it did not exit with 0. */
  log: z
    .object({ event: z.literal('log'), text64 })
    .transform(({ event, text64: text }) => ({ event, text })),
  /** The run had begun and its runner is gone without a word (the node rebooted, or it was killed). */
  died: z.object({ event: z.literal('died') }),
  /** The last line of every run: the program's exit code. */
  exit: z.object({ event: z.literal('exit'), code: count }),
} as const;

/** Made once: a schema costs far more than a line. */
const named = z.object({ event: z.string() });
const anyObject = z.record(z.string(), z.unknown());

type WireEvents = typeof wireEvents;

/** One line of a report, decoded. */
export type ReportEvent =
  | { [Name in keyof WireEvents]: z.output<WireEvents[Name]> }[keyof WireEvents]
  | { readonly event: 'unknown'; readonly line: string };

/** A line as an event; a line that is none comes back as `unknown`. Never throws. */
export function parseReportLine(line: string): ReportEvent {
  const unknown = { event: 'unknown', line } as const;
  try {
    const value = parseBounded(line);
    const name = named.parse(value).event;
    if (!isEventName(name)) return unknown;
    const parsed = wireEvents[name].safeParse(value);
    return parsed.success ? parsed.data : unknown;
  } catch {
    return unknown;
  }
}

/** Null for what is not an object, whole. */
function parseObject(text: string): Record<string, unknown> | null {
  try {
    return anyObject.parse(parseBounded(text));
  } catch {
    return null;
  }
}

/** @throws for what is no JSON, and for what would take long, because a node may write whatever it likes */
function parseBounded(text: string): unknown {
  const parts = text.split(/[[{,]/, maxParts + 1).length;
  if (parts > maxParts) throw new RangeError('too many values');
  return JSON.parse(text);
}

function isEventName(name: string): name is keyof WireEvents {
  return Object.hasOwn(wireEvents, name);
}
