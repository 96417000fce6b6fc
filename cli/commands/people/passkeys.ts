import type { CommandTable } from '../../command.js';
import { table } from '../../terminal/format.js';

interface Passkey {
  readonly id: string;
  readonly domain: string;
  readonly created_at: string;
  readonly last_used_at: string | null;
}

export const passkeys: CommandTable = {
  list: {
    summary: 'your passkeys for the dashboard; a browser adds them there',
    json: true,
    limit: 100,
    details: 'Example:\n  deis passkeys',
    run: async (call) => {
      const all = await call.list<Passkey>('/api/passkeys');
      call.printList(
        all,
        (rows) =>
          table(
            ['ID', 'GOOD AT', 'ADDED', 'LAST USED'],
            rows.map((passkey) => [passkey.id, passkey.domain, passkey.created_at, passkey.last_used_at]),
          ),
        'You have no passkeys: the dashboard adds them, below your name',
      );
    },
  },
  remove: {
    summary: 'take a passkey away, and sign out where it signed you in',
    args: '<id>',
    details: 'Your password signs you in as before.\n\nExample:\n  deis passkeys:remove laptop',
    run: async (call) => {
      await (await call.api()).delete(`/api/passkeys/${encodeURIComponent(call.arg(0))}`);
      call.output.talk(`Removed passkey ${call.arg(0)}`);
    },
  },
};
