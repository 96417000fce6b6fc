import type { Flavor, FlavorCheck, Provider } from '../../controller/infrastructure-types.js';
import type { Call } from '../../call.js';
import type { CommandTable } from '../../command.js';
import { exitCodes, usageError } from '../../terminal/errors.js';
import { flavorLabel } from '../../terminal/flavor-label.js';
import { flavorParams } from '../../actions/infrastructure/flavor-params.js';
import { properties, table } from '../../terminal/format.js';
import { objectOption, textOption } from '../../terminal/input/option-values.js';

/** A flavor that somebody may use in a formation. */
interface UsableFlavor {
  readonly id: string;
  readonly owner: string;
  readonly provider_type: string;
  readonly shared: boolean;
}

interface FlavorShare {
  readonly formation: string;
  readonly created_at: string;
}

const launchOptions = [
  ['--params <json>', 'what the provider launches, as a JSON object or @FILE'],
  ['--init <cloud-config>', 'cloud-config added to each node, as text or @FILE'],
] as const;

/** What --params may hold, for the help. */
const paramsHelp = [
  '--params is a JSON object. It may hold, here as YAML with an example of each:',
  ...Object.entries(flavorParams).map(([type, example]) => `${type}:\n${example.replace(/^/gm, '  ')}`),
  'deis providers:types says which of them the controller has.',
].join('\n\n');

const formationOptions = [
  ['-f, --formation <name>', 'your own, and those that are shared with this formation'],
] as const;

/** Formations that `flavors:info` names. */
const maxShares = 100;

const flavorPath = (call: Call): string => `/api/flavors/${encodeURIComponent(call.arg(0))}`;

const pairsOf = (flavor: Flavor) =>
  [
    ['id', flavor.id],
    ['provider', flavor.provider],
    ['params', JSON.stringify(flavor.params)],
    ['init', (flavor.init ?? '').trimEnd().split('\n')],
  ] as const;

const describe = (flavor: Flavor): string => properties(pairsOf(flavor));

export const flavors: CommandTable = {
  list: {
    summary: 'your flavors; with --formation those that you may make layers of there',
    options: formationOptions,
    json: true,
    limit: 100,
    details: 'Example:\n  deis flavors\n  deis flavors -f peachy-waxworks',
    run: async (call) => {
      if (call.option('formation') !== undefined) return listUsable(call);
      const all = await call.list<Flavor>('/api/flavors');
      call.printList(
        all,
        (rows) =>
          table(
            ['ID', 'PROVIDER', 'PARAMS'],
            rows.map((flavor) => [flavor.id, flavor.provider, JSON.stringify(flavor.params)]),
          ),
        'You have no flavors: deis flavors:create',
      );
      if (!call.wantsJson) await tellOfCredentials(call, all);
    },
  },
  create: {
    summary: 'add a flavor',
    options: [
      ['--id <id>', 'its name'],
      ['--provider <provider>', 'one of deis providers'],
      ...launchOptions,
    ],
    json: true,
    details:
      `${paramsHelp}\n\n` +
      'Example:\n' +
      '  deis flavors:create --id=small --provider=docker --params=\'{"memory": "512m"}\'',
    run: async (call) => {
      const body = {
        id: call.required('id', '--id=ID'),
        provider: call.required('provider', '--provider=PROVIDER'),
        ...(await launch(call)),
      };
      const flavor = await (await call.api()).post<Flavor>('/api/flavors', body);
      call.print(flavor, () => flavor.id);
    },
  },
  info: {
    summary: 'one flavor',
    args: '<flavor>',
    details: 'Example:\n  deis flavors:info small',
    json: true,
    run: async (call) => {
      const api = await call.api();
      const flavor = await api.get<Flavor>(flavorPath(call));
      const shares = call.wantsJson
        ? []
        : await api.list<FlavorShare>(`${flavorPath(call)}/shares`, maxShares);
      const sharedWith = ['shared with', shares.map(({ formation }) => formation)] as const;
      call.print(flavor, () => properties([...pairsOf(flavor), sharedWith]));
    },
  },
  update: {
    summary: 'change what later nodes of a flavor are launched with',
    args: '<flavor>',
    options: launchOptions,
    json: true,
    details: `Example:\n  deis flavors:update small --params='{"memory": "1g"}'`,
    run: async (call) => {
      const changes = await launch(call);
      if (Object.keys(changes).length === 0) throw usageError('nothing to change: give --params or --init');
      call.print(await (await call.api()).patch<Flavor>(flavorPath(call), changes), describe);
    },
  },
  share: {
    summary: 'let the admins and the owner of a formation make layers of a flavor of yours',
    args: '<flavor> <formation>',
    json: true,
    details:
      'They launch machines with it, at your cost and with your credentials, which they do not see.\n' +
      'You need a role in the formation.\n\nExample:\n  deis flavors:share large peachy-waxworks',
    run: async (call) => {
      const share = await (
        await call.api()
      ).post<FlavorShare>(`${flavorPath(call)}/shares`, { formation: call.arg(1) });
      if (call.wantsJson) call.output.json(share);
      else
        call.output.talk(
          `${call.arg(0)} is shared with ${share.formation}; deis flavors:unshare takes it back`,
        );
    },
  },
  unshare: {
    summary: 'take a flavor back from a formation; nodes that exist stay',
    args: '<flavor> <formation>',
    details: 'Example:\n  deis flavors:unshare large peachy-waxworks',
    run: async (call) => {
      await (await call.api()).delete(`${flavorPath(call)}/shares/${encodeURIComponent(call.arg(1))}`);
      call.output.talk(`${call.arg(0)} is not shared with ${call.arg(1)} any more`);
    },
  },
  check: {
    summary: 'try what a launch with a flavor needs, without making anything',
    args: '<flavor>',
    details: 'Exits with 1 when something is missing.\n\nExample:\n  deis flavors:check ec2-us-west-2',
    json: true,
    run: async (call) => {
      const check = await (await call.api()).post<FlavorCheck>(`${flavorPath(call)}/check`);
      call.print(check, ({ checks }) =>
        table(
          ['WHAT', 'OK', 'DETAIL'],
          checks.map(({ what, ok, detail }) => [what, ok ? 'yes' : 'NO', detail]),
        ),
      );
      return check.ok ? 0 : exitCodes.failed;
    },
  },
  delete: {
    summary: 'forget a flavor that no layer uses',
    args: '<flavor>',
    details: 'Example:\n  deis flavors:delete small',
    run: async (call) => {
      await (await call.api()).delete(flavorPath(call));
      call.output.talk(`Deleted flavor ${call.arg(0)}`);
    },
  },
};

/** New users have a provider of a cloud, and flavors of it, before it has their credentials. */
async function tellOfCredentials(call: Call, shown: readonly Flavor[]): Promise<void> {
  const clouds = shown.filter(({ provider }) => provider === 'ec2');
  if (clouds.length === 0) return;
  const { created_at: made, updated_at: changed } = await (
    await call.api()
  ).get<Provider>('/api/providers/ec2');
  if (made === changed)
    call.output.talk(
      'Those of ec2 need an AWS account of yours: deis providers:discover; ' +
        `then deis flavors:check ${clouds[0]!.id} tries one`,
    );
}

async function listUsable(call: Call): Promise<void> {
  const { username } = await call.profile();
  const all = await call.list<UsableFlavor>(await call.formationPath('flavors'));
  const row = ({ id, owner, provider_type: type, shared }: UsableFlavor) => [
    flavorLabel(id, owner, username),
    type,
    shared ? 'yes' : 'no',
  ];
  const empty = `You have no flavors, and none is shared with ${await call.formation()}: deis flavors:create`;
  call.printList(all, (rows) => table(['FLAVOR', 'PROVIDER TYPE', 'SHARED'], rows.map(row)), empty);
}

async function launch(call: Call): Promise<{ params?: Record<string, unknown>; init?: string }> {
  const [params, init] = [call.option('params'), call.option('init')];
  return {
    ...(params === undefined ? {} : { params: await objectOption(call.terminal, '--params', params) }),
    ...(init === undefined ? {} : { init: await textOption(call.terminal, '--init', init) }),
  };
}
