import type { Call } from '../../call.js';
import type { CommandTable } from '../../command.js';
import { table } from '../../terminal/format.js';
import type { Transfer } from '../../actions/people/transfers.js';

export const transfers: CommandTable = {
  list: {
    summary: 'formations that you are offered, and that you offer',
    json: true,
    limit: 100,
    details: 'Example:\n  deis transfers',
    run: async (call) => {
      const all = await call.list<Transfer>('/api/transfers');
      const row = ({ formation, from, to, expires_at: until }: Transfer) => [formation, from, to, until];
      const render = (rows: readonly Transfer[]): string =>
        table(['FORMATION', 'FROM', 'TO', 'UNTIL'], rows.map(row));
      call.printList(all, render, 'No formation is offered to you, or by you: deis formations:transfer');
    },
  },
  accept: {
    summary: 'become the owner of a formation that you are offered',
    args: '<formation>',
    json: true,
    details:
      'Its old owner stays as an admin. It uses none of your flavors until you name or share one.\n\n' +
      'Example:\n  deis transfers:accept peachy-waxworks',
    run: async (call) => {
      const accepted = await (
        await call.api()
      ).post<{ id: string; owner: string; was_default_host?: boolean }>(offerPath(call, 'accept'));
      call.print(accepted, ({ id, owner, was_default_host: wasDefault }) =>
        [
          `${id} belongs to ${owner} now`,
          ...(wasDefault
            ? [`It is a default host no more: an admin may make it one (deis hosts:default)`]
            : []),
        ].join('\n'),
      );
    },
  },
  decline: {
    summary: 'decline a formation that you are offered',
    args: '<formation>',
    details: 'Example:\n  deis transfers:decline peachy-waxworks',
    run: async (call) => {
      await (await call.api()).post(offerPath(call, 'decline'));
      call.output.talk(`You declined ${call.arg(0)}`);
    },
  },
  withdraw: {
    summary: 'take back the offer of a formation of yours',
    args: '<formation>',
    details: 'Example:\n  deis transfers:withdraw peachy-waxworks',
    run: async (call) => {
      await (await call.api()).delete(`/api/formations/${encodeURIComponent(call.arg(0))}/transfer`);
      call.output.talk(`${call.arg(0)} is not offered any more`);
    },
  },
};

function offerPath(call: Call, answer: 'accept' | 'decline'): string {
  return `/api/transfers/${encodeURIComponent(call.arg(0))}/${answer}`;
}
