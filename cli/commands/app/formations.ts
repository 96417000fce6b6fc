import type { Formation } from '../../controller/api-types.js';
import { carryOut } from '../../actions/carry-out.js';
import type { CommandTable } from '../../command.js';
import { createFormation, destroyFormation } from '../../actions/app/formation-lifetime.js';
import { usageError } from '../../terminal/errors.js';
import { offerFormation, showOffers } from '../../actions/people/transfers.js';
import { quotaText } from '../../actions/infrastructure/change-quota.js';
import { counts, properties, table } from '../../terminal/format.js';
import { moveFormation } from '../../actions/app/move-formation.js';
import { openApp } from '../../actions/app/open-app.js';
import { runCommand } from '../../actions/app/run-command.js';
import { showLogs } from '../../actions/app/show-logs.js';
import { showForecast } from '../../actions/show-forecast.js';
import { knownHostsOptions } from '../../actions/trust-git-endpoint.js';

export const formations: CommandTable = {
  list: {
    summary: 'your formations',
    options: [['-q, --quiet', 'names only, one a line']],
    json: true,
    limit: 100,
    details: 'Example:\n  deis formations',
    run: async (call) => {
      const all = await call.list<Formation>('/api/formations');
      if (call.flag('quiet') && !call.wantsJson) return all.forEach(({ id }) => call.output.data(id));
      if (!call.wantsJson) await showOffers(call);
      call.printList(
        all,
        (rows) =>
          table(
            ['ID', 'LIVE', 'SCALE', 'URL'],
            rows.map((each) => [
              each.id,
              each.live_release === null ? null : `v${each.live_release}`,
              counts(each.scale),
              each.urls[0],
            ]),
          ),
        'You have no formations: deis create',
      );
    },
  },
  create: {
    summary: 'make a formation, and the git remote `deis` in this repository',
    args: '[id]',
    options: [
      ['--id <id>', 'its name; default: one is made up'],
      ['--flavor <flavor>', 'make the layers runtime and proxy of this flavor'],
      ['--on <formation>', 'live on the nodes of this one (deis hosts); it gets none of its own'],
      ['--own-nodes', 'get nodes of its own, also where there is a default host'],
      ['--no-remote', 'leave git alone'],
      ...knownHostsOptions,
    ],
    json: true,
    details:
      'With neither a flavor nor a host it lives on a default host of `deis hosts`, where there is one.\n' +
      'Else, without a flavor, it has no layers: then deis layers:create runtime FLAVOR and deis layers:create proxy ' +
      'FLAVOR come\nfirst (deis flavors lists them), and deis layers:scale runtime=1 proxy=1 in any ' +
      'case. One node for all of it: deis layers:create box FLAVOR,\nthen deis layers:scale box=1.\n\n' +
      'Examples:\n  deis create --id=peachy-waxworks --flavor=docker\n  deis create shop --on=platform',
    run: createFormation,
  },
  info: {
    summary: 'one formation',
    details: 'Example:\n  deis info --formation=peachy-waxworks',
    onFormation: true,
    json: true,
    run: async (call) => {
      const formation = await (await call.api()).get<Formation>(await call.formationPath());
      call.print(formation, () =>
        properties([
          ['id', formation.id],
          ['owner', formation.owner],
          ['live release', formation.live_release === null ? null : `v${formation.live_release}`],
          ['scale', counts(formation.scale)],
          ...(formation.on ? [['on', `the nodes of ${formation.on}`] as const] : []),
          ...(formation.also_on
            ? [['also on', `${formation.also_on}: it moves there, or has left something there`] as const]
            : []),
          ...(formation.passed_on_by
            ? [['passed on by', `the proxies of ${formation.passed_on_by}`] as const]
            : []),
          ...(formation.quota ? [['quota', quotaText(formation.quota)] as const] : []),
          ...(formation.guests?.length ? [['guests', formation.guests] as const] : []),
          [
            'layers',
            Object.entries(formation.layers).map(
              ([id, { nodes_ready: ready, count }]) =>
                `${id}: ${ready} of ${count} nodes ready${ready < count ? ' (deis nodes)' : ''}`,
            ),
          ],
          ['urls', formation.urls],
          ['domains', formation.domains],
          ['git', formation.git_url],
          ['created', formation.created_at],
        ]),
      );
    },
  },
  destroy: {
    summary: 'terminate its nodes and delete everything of it',
    details: 'Example:\n  deis destroy --confirm=peachy-waxworks',
    args: '[formation]',
    options: [['--confirm <formation>', 'its name again, instead of typing it']],
    onFormation: true,
    json: true,
    run: destroyFormation,
  },
  transfer: {
    summary: 'offer it to another user, who accepts or declines; you stay as an admin of it',
    args: '<username>',
    onFormation: true,
    json: true,
    details:
      'The offer stands for seven days; deis transfers:withdraw takes it back. ' +
      'Layers keep their flavors, and with\n' +
      'them your credentials, until a member gives them others (layers:update --flavor).\n\n' +
      'Example:\n' +
      '  deis formations:transfer grace',
    run: offerFormation,
  },
  move: {
    summary: 'move it to the nodes of another formation, or to its own, without a failed request',
    args: '[formation]',
    options: [
      ['--on <formation>', 'live on the nodes of this one (deis hosts)'],
      ['--finish', 'take what is left of it off its former host, once no name leads there'],
      ['--off', 'live on nodes of its own, which layers:create and layers:scale have made before'],
    ],
    onFormation: true,
    json: true,
    details:
      'New containers start there beside the old. Then the proxies of the former host pass on what still reaches\n' +
      'them, until its names lead to those of the new one in the DNS, which is yours to do, and --finish ends it.\n' +
      'See docs/shared-nodes.md.\n\n' +
      'Examples:\n  deis formations:move shop --on=large\n  deis formations:move shop --off\n' +
      '  deis formations:move shop --finish',
    run: moveFormation,
  },
  calculate: {
    summary: 'print the databag: what its nodes must be',
    details: 'Example:\n  deis calculate',
    onFormation: true,
    json: true,
    run: async (call) =>
      call.output.json(await (await call.api()).post(await call.formationPath('calculate'))),
  },
  balance: {
    summary: 'move containers until no node has two more than another',
    onFormation: true,
    json: true,
    details:
      'Of each process type, and of all together. ' +
      'New containers start before the old go, as in a deploy.\n\n' +
      'Example:\n' +
      '  deis balance',
    run: async (call) => {
      await carryOut(call, await call.formationPath('balance'));
    },
  },
  converge: {
    summary: 'make every node be what the databag says',
    options: [
      ['--why-run', 'only show what would change, node by node, and change nothing'],
      ['--exit-code', 'with --why-run: exit with 7 when something would change'],
    ],
    details: 'Example:\n  deis converge\n  deis converge --why-run',
    onFormation: true,
    json: true,
    run: async (call) => {
      if (call.flag('whyRun')) return showForecast(call);
      if (call.flag('exitCode'))
        throw usageError('--exit-code goes with --why-run', 'deis converge --why-run --exit-code');
      await carryOut(call, await call.formationPath('converge'));
    },
  },
  plan: {
    summary: 'show what a converge would change, node by node; changes nothing',
    options: [['--exit-code', 'exit with 7 when something would change']],
    details:
      'The same as `deis converge --why-run`. What is sensitive is named and not shown.\n\n' +
      'Example:\n' +
      '  deis plan',
    onFormation: true,
    json: true,
    run: showForecast,
  },
  run: {
    summary: 'run a command in a container of its own, with the code and config of the live release',
    args: '<command...>',
    options: [
      ['-d, --detach', 'start it, print its name, leave it running'],
      ['-e, --env <name=value>', 'a variable for it alone; may be repeated'],
      ['-i, --stdin', 'send it standard input, where that is no terminal'],
      ['--no-tty', 'no pseudo terminal, also where there is one'],
    ],
    onFormation: true,
    json: true,
    passThrough: true,
    details:
      'One argument is a command line for the shell, or a process type, whose command is run; ' +
      "several are exactly these words. Exits with the command's own exit code.\n" +
      'In a terminal it has one, too: size, Ctrl-C and all keys are its own. ' +
      'When you go, it goes, and its container with it, unless detached.\n\n' +
      'Examples:\n' +
      '  deis run bash\n' +
      "  deis run 'ls -la | head'\n" +
      '  deis run -f peachy-waxworks -- node --version\n' +
      '  deis run -i -- psql < dump.sql\n' +
      '  deis run --detach -e BATCH=5 -- node migrate.js',
    run: runCommand,
  },
  logs: {
    summary: "the newest log lines of the app's containers, and with --tail all further ones",
    args: '[process]',
    options: [
      ['-n, --lines <number>', 'how many of those that are there, default 100'],
      ['-t, --tail', 'stay, and print lines as they come'],
      ['-p, --ps <process>', 'only of web, or of web.1: the same as the argument'],
      ['--since <time>', 'only from then on: 10m, 2h, 1d, or 2026-11-21T12:00:00Z'],
      ['--until <time>', 'only until then'],
      ['--source <source>', 'only what apps write (app), or what the platform says of them (deis)'],
      ['--grep <text>', 'only lines that contain this text'],
      ['--raw', 'lines as they are, control characters too, which may drive your terminal'],
    ],
    details:
      'On a terminal without control characters, colours apart; into a file or a pipe as they are.\n\n' +
      'Example:\n  deis logs -n 20\n  deis logs web --tail --grep=ERROR\n  deis logs --since=10m',
    onFormation: true,
    run: showLogs,
  },
  open: {
    summary: "print the app's address, and open it where there is a browser",
    details: 'Example:\n  deis open',
    onFormation: true,
    json: true,
    run: openApp,
  },
};
