import type { Provider } from '../api-types.js';
import type { CommandTable } from '../command.js';
import { properties, table } from '../format.js';
import { objectOption } from '../option-values.js';

export const providers: CommandTable = {
  list: {
    summary: 'your providers',
    json: true,
    limit: 100,
    details: 'Example:\n  deis providers',
    run: async (call) => {
      const all = await call.list<Provider>('/api/providers');
      call.printList(all, (rows) => table(['ID', 'TYPE', 'CREATED'], rows.map((provider) => [provider.id, provider.type, provider.created_at])), 'You have no providers: deis providers:create --type=TYPE');
    },
  },
  create: {
    summary: 'add a provider',
    options: [['--type <type>', 'docker, ec2, static, ...'], ['--id <id>', 'its name; default: the type'], ['--creds <json>', 'credentials as a JSON object, or @FILE: then they do not show in the list of processes']],
    json: true,
    details: 'Credentials go in and never come out again.\n\nExample:\n  deis providers:create --type=ec2 --creds=@aws.json',
    run: async (call) => {
      const type = call.required('type', '--type=TYPE');
      const creds = call.option('creds');
      const body = { id: call.option('id') ?? type, type, ...(creds === undefined ? {} : { creds: await objectOption(call.terminal, '--creds', creds) }) };
      const provider = await (await call.api()).post<Provider>('/api/providers', body);
      call.print(provider, () => provider.id);
    },
  },
  info: {
    summary: 'one provider',
    args: '<provider>',
    details: 'Example:\n  deis providers:info ec2',
    json: true,
    run: async (call) => {
      const provider = await (await call.api()).get<Provider>(`/api/providers/${encodeURIComponent(call.arg(0))}`);
      call.print(provider, () => properties([['id', provider.id], ['type', provider.type], ['created', provider.created_at]]));
    },
  },
  delete: {
    summary: 'forget a provider that no flavor uses',
    args: '<provider>',
    details: 'Example:\n  deis providers:delete ec2',
    run: async (call) => {
      await (await call.api()).delete(`/api/providers/${encodeURIComponent(call.arg(0))}`);
      call.output.talk(`Deleted provider ${call.arg(0)}`);
    },
  },
};
