import type { Key } from '../../controller/api-types.js';
import { choosePublicKey } from '../../actions/people/choose-public-key.js';
import type { CommandTable } from '../../command.js';
import { table } from '../../terminal/format.js';

export const keys: CommandTable = {
  add: {
    summary: 'let a key push as you',
    args: '[path]',
    options: [['--id <name>', "its name; default: the key's comment"]],
    json: true,
    details:
      'Without a path: the public key in ~/.ssh, when there is one; with several, you are asked.\n\n' +
      'Example:\n' +
      '  deis keys:add ~/.ssh/id_ed25519.pub',
    run: async (call) => {
      const id = call.option('id');
      const key = await (
        await call.api()
      ).post<Key>('/api/keys', { public: await choosePublicKey(call), ...(id === undefined ? {} : { id }) });
      call.print(key, () => `${key.id}  ${key.fingerprint}`);
    },
  },
  list: {
    summary: 'your keys',
    json: true,
    limit: 100,
    details: 'Example:\n  deis keys',
    run: async (call) => {
      const all = await call.list<Key>('/api/keys');
      call.printList(
        all,
        (rows) =>
          table(
            ['ID', 'FINGERPRINT', 'ADDED'],
            rows.map((key) => [key.id, key.fingerprint, key.created_at]),
          ),
        'You have no keys: deis keys:add',
      );
    },
  },
  remove: {
    summary: 'take a key away',
    args: '<id>',
    details: 'It pushes no more from now on.\n\nExample:\n  deis keys:remove ada@laptop',
    run: async (call) => {
      await (await call.api()).delete(`/api/keys/${encodeURIComponent(call.arg(0))}`);
      call.output.talk(`Removed key ${call.arg(0)}`);
    },
  },
};
