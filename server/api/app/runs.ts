import { z } from 'zod';
import { NotFound } from '../../../base/errors.js';
import { isAllowed } from '../../formation/sharing/roles.js';
import { answersCreated, answersNothing, answersPageOf, moment, type Json } from '../http/answers.js';
import { forFormation } from '../endpoint/endpoint.js';
import { page, pageQuery } from '../endpoint/page.js';
import { runBody } from '../http/input/run-body.js';
import type { RunRecord } from '../../store/app/run-store.js';
import { isoTime } from '../http/time.js';

export const runSchema = z
  .object({
    id: z.string().describe('`run.3`'),
    state: z.enum(['running', 'ended']),
    command: z.string().nullable().describe('Null for those who may not read the config.'),
    detached: z.boolean(),
    node: z.string().nullable(),
    requested_by: z.string().nullable(),
    exit_code: z.int().nullable().describe('Null while it runs, and when it was stopped or lost.'),
    created_at: moment,
  })
  .meta({ id: 'Run' });

/** Newest first. */
export const listRuns = forFormation({
  may: 'see',
  summary: 'List the one-off commands, newest first.',
  answers: answersPageOf(runSchema),
  query: pageQuery,
  answer: async (call) => {
    const { stores } = call.parts;
    return page(
      call,
      (request) => stores.runs.pageOfFormation(call.formation.id, request),
      async (shown) => {
        const usernames = await stores.users.usernames(shown.map((run) => run.requestedBy));
        const nodes = await stores.nodes.names(shown.map(({ nodeId }) => nodeId));
        const isOpen = isAllowed(call.role, 'readConfig');
        return (run) => runJson(run, { usernames, nodes, isOpen });
      },
    );
  },
});

/** Starts a command and leaves it running. */
export const startRun = forFormation({
  may: 'run',
  summary: 'Start a command in a container of its own and leave it running.',
  answers: answersCreated(runSchema),
  body: runBody,
  answer: async ({ parts, formation, user, body }) => {
    const run = await parts.formations.runDetached(formation, {
      user,
      command: body.command,
      environment: body.env,
    });
    const node = await parts.stores.nodes.byId(run.nodeId);
    return {
      status: 201,
      body: runJson(run, {
        usernames: new Map([[user.id, user.username]]),
        nodes: new Map(node === undefined ? [] : [[node.id, node.name]]),
        isOpen: true,
      }),
    };
  },
});

/** SIGTERM, SIGKILL after ten seconds, and its container goes. */
export const stopRun = forFormation({
  may: 'run',
  summary: 'Stop a one-off command: SIGTERM, SIGKILL after ten seconds, and its container goes.',
  answers: answersNothing,
  answer: async ({ parts, formation, param }) => {
    const num = /^(?:run\.)?([1-9]\d{0,8})$/.exec(param('run'))?.[1];
    if (num === undefined) throw new NotFound(`no run ${JSON.stringify(param('run'))} in ${formation.name}`);
    await parts.formations.stopRun(formation, Number(num));
    return { status: 204 };
  },
});

function runJson(
  run: RunRecord,
  {
    usernames,
    nodes,
    isOpen,
  }: {
    readonly usernames: ReadonlyMap<number, string>;
    readonly nodes: ReadonlyMap<string, string>;
    readonly isOpen: boolean;
  },
): Json<typeof runSchema> {
  return {
    id: `run.${run.num}`,
    state: run.finishedAt === null && run.exitCode === null ? 'running' : 'ended',
    command: isOpen ? run.command.reveal() : null,
    detached: run.detached,
    node: nodes.get(run.nodeId) ?? null,
    requested_by: run.requestedBy === null ? null : (usernames.get(run.requestedBy) ?? null),
    exit_code: run.exitCode,
    created_at: isoTime(run.createdAt),
  };
}
