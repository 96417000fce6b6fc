import type { CommandTable } from '../../command.js';
import { table } from '../../terminal/format.js';

interface AllowedProvider {
  readonly username: string;
  readonly type: string;
  readonly allowed_by: string | null;
  readonly created_at: string;
}

interface Disallowed {
  readonly username: string;
  readonly type: string;
  /** Nodes that they still have. */
  readonly nodes: number;
}

/** Commands of `providers:` for admins: who may launch with types that give root on the controller's host. */
export const allowedProviders: CommandTable = {
  allowed: {
    summary: "who may launch nodes that give root on the controller's host (admins)",
    json: true,
    limit: 100,
    details: 'Platform admins may, and are not listed.\n\nExample:\n  deis providers:allowed',
    run: async (call) => {
      const all = await call.list<AllowedProvider>('/api/allowed-providers');
      call.printList(
        all,
        (rows) =>
          table(
            ['USERNAME', 'TYPE', 'ALLOWED BY', 'SINCE'],
            rows.map((each) => [each.username, each.type, each.allowed_by ?? '-', each.created_at]),
          ),
        'Only platform admins may: deis providers:allow USERNAME docker',
      );
    },
  },
  allow: {
    summary: "let somebody launch nodes that give root on the controller's host (admins)",
    args: '<username> <type>',
    json: true,
    details:
      "Root on a docker node is root on the controller's host, with everybody's data and the master key on " +
      'it.\n\nExample:\n  deis providers:allow grace docker',
    run: async (call) => {
      const body = { username: call.arg(0), type: call.arg(1) };
      const given = await (await call.api()).post<AllowedProvider>('/api/allowed-providers', body);
      if (call.wantsJson) return call.output.json(given);
      call.output.talk(`${given.username} may launch nodes of type ${given.type}`);
      call.output.talk("Anyone who has such a node has root on the controller's host");
    },
  },
  disallow: {
    summary: 'take that leave away; nodes that there are stay (admins)',
    args: '<username> <type>',
    json: true,
    details: 'Example:\n  deis providers:disallow grace docker',
    run: async (call) => {
      const which = [call.arg(0), call.arg(1)].map(encodeURIComponent).join('/');
      const taken = await (await call.api()).delete<Disallowed>(`/api/allowed-providers/${which}`);
      if (call.wantsJson) return call.output.json(taken);
      const { username, type, nodes } = taken;
      call.output.talk(`${username} launches no more nodes of type ${type}`);
      const left = nodes === 1 ? '1 node of theirs runs' : `${nodes} nodes of theirs run`;
      if (nodes > 0)
        call.output.warn(`${left} on: root there is root on the controller's host until they are destroyed`);
    },
  },
};
