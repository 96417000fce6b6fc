import type { Layer } from '../api-types.js';
import { carryOut } from '../carry-out.js';
import type { CommandTable } from '../command.js';
import { counts, table } from '../format.js';
import { integerOption, objectOption } from '../option-values.js';
import { parseCounts } from '../pairs.js';

export const layers: CommandTable = {
  list: {
    summary: "the formation's layers, in the order in which they converge",
    onFormation: true,
    json: true,
    limit: 100,
    details: 'Example:\n  deis layers',
    run: async (call) => {
      const all = await call.list<Layer>(await call.formationPath('layers'));
      call.printList(all, (rows) => table(['ID', 'KIND', 'FLAVOR', 'LEVEL', 'COUNT', 'RUN LIST'], rows.map((layer) => [layer.id, layer.kind, layer.flavor, layer.level, layer.count, layer.run_list.join(',')])), 'No layers: deis layers:create <id> <flavor>');
    },
  },
  create: {
    summary: 'add a layer; it has no nodes until it is scaled',
    args: '<id> <flavor>',
    options: [
      ['--kind <kind>', 'runtime, proxy or custom; default: by the id'],
      ['--run-list <list>', 'recipes, comma separated: recipe[deis::default],recipe[mydb::server]; default: by the kind'],
      ['--attributes <json>', "values for the layer's recipes, as a JSON object or @FILE"],
      ['--environment <name>', 'as in Chef'],
      ['--level <number>', 'order of converging, lower first'],
      ['--ssh-username <name>', 'user that the controller enters its nodes as'],
    ],
    onFormation: true,
    json: true,
    details: "Examples (the second with a cookbook of your own, docs/cookbooks.md):\n  deis layers:create runtime docker\n  deis layers:create mydb docker --run-list='recipe[deis::default],recipe[mydb::server]' --attributes=@mydb.json --level=30",
    run: async (call) => {
      const [level, attributes] = [call.option('level'), call.option('attributes')];
      const body = {
        id: call.arg(0),
        flavor: call.arg(1),
        kind: call.option('kind'),
        run_list: call.option('runList'),
        environment: call.option('environment'),
        ssh_username: call.option('sshUsername'),
        attributes: attributes === undefined ? undefined : await objectOption(call.terminal, '--attributes', attributes),
        level: level === undefined ? undefined : integerOption('--level', level, { min: 0, max: 1000 }),
      };
      const layer = await (await call.api()).post<Layer>(await call.formationPath('layers'), body);
      call.print(layer, () => layer.id);
    },
  },
  scale: {
    summary: 'launch or terminate nodes until each layer has its count',
    args: '<layer=count...>',
    onFormation: true,
    json: true,
    details: 'Example:\n  deis layers:scale runtime=2 proxy=1',
    run: async (call) => {
      const wanted = parseCounts(call.args);
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
