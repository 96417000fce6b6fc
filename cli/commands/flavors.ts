import type { Flavor, FlavorCheck } from '../api-types.js';
import type { Call } from '../call.js';
import type { CommandTable } from '../command.js';
import { exitCodes, usageError } from '../errors.js';
import { flavorParams } from '../flavor-params.js';
import { properties, table } from '../format.js';
import { objectOption, textOption } from '../option-values.js';

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

const flavorPath = (call: Call): string => `/api/flavors/${encodeURIComponent(call.arg(0))}`;

const describe = (flavor: Flavor): string =>
  properties([['id', flavor.id], ['provider', flavor.provider], ['params', JSON.stringify(flavor.params)], ['init', (flavor.init ?? '').trimEnd().split('\n')]]);

export const flavors: CommandTable = {
  list: {
    summary: 'your flavors',
    json: true,
    limit: 100,
    details: 'Example:\n  deis flavors',
    run: async (call) => {
      const all = await call.list<Flavor>('/api/flavors');
      call.printList(all, (rows) => table(['ID', 'PROVIDER', 'PARAMS'], rows.map((flavor) => [flavor.id, flavor.provider, JSON.stringify(flavor.params)])), 'You have no flavors: deis flavors:create');
    },
  },
  create: {
    summary: 'add a flavor',
    options: [['--id <id>', 'its name'], ['--provider <provider>', 'one of deis providers'], ...launchOptions],
    json: true,
    details: `${paramsHelp}\n\nExample:\n  deis flavors:create --id=small --provider=docker --params='{"memory": "512m"}'`,
    run: async (call) => {
      const body = { id: call.required('id', '--id=ID'), provider: call.required('provider', '--provider=PROVIDER'), ...(await launch(call)) };
      const flavor = await (await call.api()).post<Flavor>('/api/flavors', body);
      call.print(flavor, () => flavor.id);
    },
  },
  info: {
    summary: 'one flavor',
    args: '<flavor>',
    details: 'Example:\n  deis flavors:info small',
    json: true,
    run: async (call) => call.print(await (await call.api()).get<Flavor>(flavorPath(call)), describe),
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
  check: {
    summary: 'try what a launch with a flavor needs, without making anything',
    args: '<flavor>',
    details: 'Exits with 1 when something is missing.\n\nExample:\n  deis flavors:check ec2-us-west-2',
    json: true,
    run: async (call) => {
      const check = await (await call.api()).post<FlavorCheck>(`${flavorPath(call)}/check`);
      call.print(check, ({ checks }) => table(['WHAT', 'OK', 'DETAIL'], checks.map(({ what, ok, detail }) => [what, ok ? 'yes' : 'NO', detail])));
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

async function launch(call: Call): Promise<{ params?: Record<string, unknown>; init?: string }> {
  const [params, init] = [call.option('params'), call.option('init')];
  return {
    ...(params === undefined ? {} : { params: await objectOption(call.terminal, '--params', params) }),
    ...(init === undefined ? {} : { init: await textOption(call.terminal, '--init', init) }),
  };
}
