import type { CommandTable } from '../../command.js';
import { usageError } from '../../terminal/errors.js';
import { changeQuota, quotaText } from '../../actions/infrastructure/change-quota.js';
import { finishGuest } from '../../actions/infrastructure/finish-guest.js';
import type { Quota } from '../../controller/api-types.js';
import { table } from '../../terminal/format.js';

interface Host {
  readonly id: string;
  readonly owner: string;
  readonly default: boolean;
}

interface HostShare {
  readonly username: string;
  readonly created_at: string;
}

interface Guest {
  readonly id: string;
  readonly owner: string;
  readonly containers: number;
  readonly quota: Quota;
}

/** Formations whose nodes others live on. */
export const hosts: CommandTable = {
  list: {
    summary: 'formations on whose nodes you may place your own',
    json: true,
    limit: 100,
    details: 'Then: deis create shop --on=HOST\n\nExample:\n  deis hosts',
    run: async (call) => {
      const all = await call.list<Host>('/api/hosts');
      call.printList(
        all,
        (rows) =>
          table(
            ['HOST', 'OWNER', 'DEFAULT'],
            rows.map((host) => [host.id, host.owner, host.default ? 'yes' : 'no']),
          ),
        'There is none: its owner lets you with deis hosts:share',
      );
    },
  },
  share: {
    summary: 'let somebody place formations on the nodes of a formation',
    args: '<username>',
    onFormation: true,
    json: true,
    details:
      'They see nothing else of it, its config neither. The kernel and the machine are shared: see\n' +
      'docs/shared-nodes.md.\n\nExample:\n  deis hosts:share grace -f platform',
    run: async (call) => {
      const path = await call.formationPath('host-shares');
      const share = await (await call.api()).post<HostShare>(path, { username: call.arg(0) });
      if (call.wantsJson) return call.output.json(share);
      const host = await call.formation();
      call.output.talk(`${share.username} may place formations on ${host}: deis create NAME --on=${host}`);
    },
  },
  shares: {
    summary: 'who may place formations on its nodes without a role in it',
    onFormation: true,
    json: true,
    limit: 100,
    details:
      'Its collaborators, admins and owner may, and are not listed.\n\nExample:\n  deis hosts:shares -f platform',
    run: async (call) => {
      const all = await call.list<HostShare>(await call.formationPath('host-shares'));
      const empty = `Only its members may: deis hosts:share USERNAME -f ${await call.formation()}`;
      call.printList(
        all,
        (rows) =>
          table(
            ['USERNAME', 'SINCE'],
            rows.map((share) => [share.username, share.created_at]),
          ),
        empty,
      );
    },
  },
  unshare: {
    summary: 'take that leave back; formations that live on its nodes stay',
    args: '<username>',
    onFormation: true,
    details: 'Example:\n  deis hosts:unshare grace -f platform',
    run: async (call) => {
      await (await call.api()).delete(await call.formationPath('host-shares', call.arg(0)));
      call.output.talk(`${call.arg(0)} places no more formations on ${await call.formation()}`);
    },
  },
  guests: {
    summary: 'formations that live on its nodes, and what they may use',
    onFormation: true,
    json: true,
    limit: 100,
    details: 'Example:\n  deis hosts:guests -f platform',
    run: async (call) => {
      const all = await call.list<Guest>(await call.formationPath('guests'));
      call.printList(
        all,
        (rows) =>
          table(
            ['GUEST', 'OWNER', 'CONTAINERS', 'QUOTA'],
            rows.map((guest) => [guest.id, guest.owner, guest.containers, quotaText(guest.quota)]),
          ),
        `No formation lives there: deis create NAME --on=${await call.formation()}`,
      );
    },
  },
  quota: {
    summary:
      'change what a guest may use on its nodes, or without a name what new guests may; alone: show that',
    args: '[guest]',
    options: [
      ['--containers <number>', 'of all process types together; none lifts it'],
      ['--memory <amount>', 'of all containers together, like 2G; none lifts it'],
      ['--cpu <cores>', 'of all containers together; none lifts it'],
      ['--disk <amount>', 'slug or image, once for each container, like 5G; none lifts it'],
      [
        '--guests <number>',
        'that each person may have who has no role in it (without a guest); none lifts it',
      ],
    ],
    onFormation: true,
    json: true,
    details:
      'What runs stays; a scale or deploy that would pass it is refused. With a quota of memory or cores each\n' +
      'process type needs a limit of its own (deis limits:set), and one-off commands get limits. The first quota of\n' +
      'new guests brings --guests=3.\n\n' +
      'Examples:\n  deis hosts:quota shop --containers=10 --memory=2G -f platform\n' +
      '  deis hosts:quota --containers=5 --guests=2 -f platform',
    run: changeQuota,
  },
  finish: {
    summary:
      'pass nothing on any more to a formation that has moved away, whether its own people are done or not',
    args: '<guest>',
    options: [['--confirm <guest>', 'its name again, instead of typing it']],
    onFormation: true,
    json: true,
    details:
      'What is left of it on the nodes goes, too. Its names that still lead to the proxies here get what these\n' +
      'answer to unknown ones: let its people point them elsewhere first, who else end it themselves\n' +
      '(formations:move --finish).\n\n' +
      'Example:\n  deis hosts:finish shop --confirm=shop -f platform',
    run: finishGuest,
  },
  default: {
    summary: 'let everybody place formations there, and live there unless they say otherwise (admins)',
    args: '<on|off>',
    onFormation: true,
    json: true,
    details:
      'For admins of the platform who are admins of the formation, too. With several, new formations go where the\n' +
      'fewest live.\n\nExample:\n  deis hosts:default on -f platform',
    run: async (call) => {
      const wish = call.arg(0);
      if (wish !== 'on' && wish !== 'off')
        throw usageError(
          `${JSON.stringify(wish)} is neither on nor off`,
          'deis hosts:default on -f FORMATION',
        );
      const path = await call.formationPath('default-host');
      const host = await (await call.api()).post<Host>(path, { default: wish === 'on' });
      if (call.wantsJson) return call.output.json(host);
      call.output.talk(
        host.default
          ? `deis create makes formations on ${host.id} now, for everybody`
          : `${host.id} is not a default host any more; what lives there stays`,
      );
    },
  },
};
