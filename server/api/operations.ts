import { NotFound } from '../../cookbooks/errors.js';
import type { OperationRecord } from '../store/operation-store.js';
import type { UserRecord } from '../store/user-store.js';
import type { AppParts } from './app-parts.js';
import { forFormation, forUsers } from './endpoint.js';
import { uuid } from './names.js';
import { operationJson, readOperationJson } from './operation-json.js';
import { page, pageQuery } from './page.js';
import { ok } from './reply.js';
import { SseReply } from './sse-reply.js';
import { untilClosed } from './until-closed.js';

const mostListed = 10_000;

/** Newest first. */
export const listOperations = forFormation({
  query: pageQuery,
  answer: async (call) => {
    const { stores } = call.parts;
    const operations = await stores.operations.ofFormation(call.formation.id, mostListed);
    const usernames = await stores.users.usernames(operations.map((operation) => operation.requestedBy));
    return page(call, operations, { key: (operation) => [operation.seq], order: 'newest' }, (operation) => operationJson(operation, usernames));
  },
});

export const showOperation = forUsers({
  answer: async ({ parts, user, param }) => ok(await readOperationJson(parts.stores, await operationOf(parts, user, param('operation')))),
});

/** Its events as they happen, from the first or from after `Last-Event-ID`, until it has ended. */
export const followOperation = forUsers({
  answer: async ({ parts, user, param, request, response }) => {
    const operation = await operationOf(parts, user, param('operation'));
    const stream = new SseReply(response, untilClosed(response));
    try {
      for await (const event of parts.operations.follow(operation.id, lastEventId(request.get('last-event-id')), stream.closed)) {
        await stream.send({ id: event.id, event: event.type, data: { ...event.data, at: event.at } });
      }
    } catch (error) {
      // The client reconnects with the last id it saw; there is nobody to tell but the log.
      if (!stream.closed.aborted) request.log.error({ err: error, operation: operation.id }, 'event stream broke');
    }
    stream.end();
    return undefined;
  },
});

/** Asks for its end. Cancelling what has ended changes nothing. */
export const cancelOperation = forUsers({
  answer: async ({ parts, user, param }) => {
    const operation = await operationOf(parts, user, param('operation'));
    return ok(await readOperationJson(parts.stores, (await parts.stores.operations.requestCancel(operation.id)) ?? operation));
  },
});

/** The operation when it works on a formation of this user, or this user asked for it and the formation is gone. @throws NotFound */
async function operationOf(parts: AppParts, user: UserRecord, id: string): Promise<OperationRecord> {
  const operation = uuid.safeParse(id).success ? await parts.stores.operations.byId(id) : undefined;
  if (operation === undefined || !(await maySee(parts, user, operation))) throw new NotFound(`no operation ${JSON.stringify(id)}`);
  return operation;
}

async function maySee(parts: AppParts, user: UserRecord, operation: OperationRecord): Promise<boolean> {
  if (operation.formationId === null) return operation.requestedBy === user.id;
  return (await parts.stores.formations.byId(operation.formationId))?.ownerId === user.id;
}

/** Anything but a number starts from the beginning: repeating lines is better than losing them. */
function lastEventId(header: string | undefined): number {
  return /^\d{1,15}$/.test(header ?? '') ? Number(header) : 0;
}
