import type { Layer } from '../../controller/infrastructure-types.js';
import type { Call } from '../../call.js';
import { carryOut } from '../../actions/carry-out.js';
import type { CommandTable } from '../../command.js';
import { usageError } from '../../terminal/errors.js';
import { flavorLabel } from '../../terminal/flavor-label.js';
import { counts, properties, table } from '../../terminal/format.js';
import { integerOption, objectOption, textOption } from '../../terminal/input/option-values.js';
import { pairTexts, parseCounts, parseSettings } from '../../terminal/input/pairs.js';

const recipeOptions = [
  [
    '--run-list <list>',
    'recipes, comma separated: recipe[deis::default],recipe[mydb::server]; default: by the kind',
  ],
  ['--attributes <json>', "values for the layer's recipes, as a JSON object or @FILE"],
  ['--environment <name>', 'as in Chef'],
  ['--tag <name=value>', 'what its nodes have, for deis tags:set; several times for several'],
  ['--level <number>', 'order of converging, lower first'],
] as const;

export const layers: CommandTable = {
  list: {
    summary: "the formation's layers, in the order in which they converge",
    onFormation: true,
    json: true,
    limit: 100,
    details: 'Example:\n  deis layers',
    run: async (call) => {
      const all = await call.list<Layer>(await call.formationPath('layers'));
      const { username } = await call.profile();
      const row = (layer: Layer) => [
        layer.id,
        layer.kind,
        flavorLabel(layer.flavor, layer.flavor_owner, username),
        layer.level,
        layer.count,
        pairTexts(layer.tags ?? {}).join(' '),
        layer.run_list.join(','),
      ];
      const titles = ['ID', 'KIND', 'FLAVOR', 'LEVEL', 'COUNT', 'TAGS', 'RUN LIST'];
      call.printList(
        all,
        (rows) => table(titles, rows.map(row)),
        'No layers: deis layers:create <id> <flavor>; a guest has those of its host (deis info)',
      );
    },
  },
  create: {
    summary: 'add a layer; it has no nodes until it is scaled',
    args: '<id> <flavor>',
    options: [
      ['--kind <kind>', 'runtime, proxy, box (both in one) or custom; default: by the id'],
      ...recipeOptions,
      ['--ssh-username <name>', 'user that the controller enters its nodes as'],
      [
        '--ssh-private-key <key>',
        'OpenSSH private key of its nodes, as text or @FILE; default: a pair made for it',
      ],
      ['--ssh-public-key <key>', 'its public key, as text or @FILE; default: derived'],
    ],
    onFormation: true,
    json: true,
    details:
      '<flavor> is one of yours, else one that is shared with the formation; OWNER/FLAVOR says whose ' +
      '(deis flavors -f FORMATION lists them).\n\n' +
      'Examples (the last with a cookbook of your own, docs/cookbooks.md):\n' +
      '  deis layers:create runtime docker\n' +
      '  deis layers:create box docker\n' +
      '  deis layers:create fast docker --kind=runtime --tag disk=ssd --tag zone=a\n' +
      "  deis layers:create mydb docker --run-list='recipe[deis::default],recipe[mydb::server]' " +
      '--attributes=@mydb.json --level=30',
    run: async (call) => {
      const body = {
        id: call.arg(0),
        flavor: call.arg(1),
        kind: call.option('kind'),
        ssh_username: call.option('sshUsername'),
        ssh_private_key: await keyOption(call, '--ssh-private-key', 'sshPrivateKey'),
        ssh_public_key: await keyOption(call, '--ssh-public-key', 'sshPublicKey'),
        ...(await layerOptions(call)),
      };
      const layer = await (await call.api()).post<Layer>(await call.formationPath('layers'), body);
      call.print(layer, () => layer.id);
    },
  },
  info: {
    summary: 'one layer, with the key that lets the controller in',
    args: '<id>',
    onFormation: true,
    json: true,
    details: 'Example:\n  deis layers:info runtime',
    run: async (call) => {
      const layer = await (await call.api()).get<Layer>(await call.formationPath('layers', call.arg(0)));
      await showLayer(call, layer);
    },
  },
  update: {
    summary: 'change what a layer is; its nodes follow at the next converge',
    args: '<id>',
    options: [
      ['--flavor <flavor>', 'for nodes still to come: yours, else one that is shared with the formation'],
      ...recipeOptions,
    ],
    onFormation: true,
    json: true,
    details:
      'Tags that are not named stay, --tag zone= takes one away. Containers are then placed again at once.\n\n' +
      'Examples:\n' +
      '  deis layers:update runtime --tag disk=ssd\n' +
      '  deis layers:update proxy --attributes=\'{"client_max_body_size": "10m"}\'\n' +
      '  deis converge',
    run: async (call) => {
      const changes = { flavor: call.option('flavor'), ...(await layerOptions(call)) };
      if (Object.values(changes).every((value) => value === undefined))
        throw usageError('nothing to change: name at least one option', 'see: deis help layers:update');
      await showLayer(
        call,
        await (await call.api()).patch<Layer>(await call.formationPath('layers', call.arg(0)), changes),
      );
      const { tags, ...others } = changes;
      if (Object.values(others).some((value) => value !== undefined))
        call.output.talk('Its nodes follow at the next converge: deis converge');
      if (tags !== undefined)
        call.output.talk('Containers are placed by its tags now, those of guests, too: deis ops');
    },
  },
  scale: {
    summary: 'launch or terminate nodes until each layer has its count',
    args: '<layer=count...>',
    onFormation: true,
    json: true,
    details: 'Example:\n  deis layers:scale runtime=2 proxy=1',
    run: async (call) => {
      const wanted = parseCounts(call.args, 'runtime=2');
      await carryOut(call, await call.formationPath('scale', 'layers'), wanted);
      call.output.talk(`Scaled ${counts(wanted)}`);
    },
  },
  destroy: {
    summary: 'remove a layer that has no nodes',
    args: '<id>',
    details: 'Example:\n  deis layers:scale batch=0\n  deis layers:destroy batch',
    onFormation: true,
    run: async (call) => {
      await (await call.api()).delete(await call.formationPath('layers', call.arg(0)));
      call.output.talk(`Destroyed layer ${call.arg(0)}`);
    },
  },
};

async function keyOption(call: Call, flag: string, name: string): Promise<string | undefined> {
  const value = call.option(name);
  return value === undefined ? undefined : textOption(call.terminal, flag, value);
}

async function layerOptions(call: Call) {
  const [level, attributes] = [call.option('level'), call.option('attributes')];
  return {
    run_list: call.option('runList'),
    environment: call.option('environment'),
    tags: tagOptions(call),
    attributes:
      attributes === undefined ? undefined : await objectOption(call.terminal, '--attributes', attributes),
    level: level === undefined ? undefined : integerOption('--level', level, { min: 0, max: 1000 }),
  };
}

/** `zone=` takes a tag away. */
function tagOptions(call: Call): Record<string, string | null> | undefined {
  const given = call.optionList('tag');
  if (given.length === 0) return undefined;
  const taken = given.filter((word) => word.endsWith('='));
  const set = parseSettings(
    given.filter((word) => !word.endsWith('=')),
    '--tag disk=ssd',
  );
  return { ...set, ...Object.fromEntries(taken.map((word) => [word.slice(0, -1), null])) };
}

async function showLayer(call: Call, layer: Layer): Promise<void> {
  const { username } = await call.profile();
  call.print(layer, () => describe(layer, username));
}

function describe(layer: Layer, username: string | undefined): string {
  return properties([
    ['id', layer.id],
    ['kind', layer.kind],
    ['flavor', flavorLabel(layer.flavor, layer.flavor_owner, username)],
    ['run list', layer.run_list],
    ['attributes', JSON.stringify(layer.attributes)],
    ['environment', layer.environment],
    ['tags', pairTexts(layer.tags ?? {})],
    ['level', layer.level],
    ['count', layer.count],
    ['ssh username', layer.ssh_username],
    ['ssh public key', layer.ssh_public_key],
  ]);
}
