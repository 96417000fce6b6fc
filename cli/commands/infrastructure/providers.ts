import type { Page } from '../../controller/api-types.js';
import type { Provider, ProviderType } from '../../controller/infrastructure-types.js';
import { collectOrphans } from '../../actions/infrastructure/collect-orphans.js';
import type { CommandTable } from '../../command.js';
import { discoverProviders } from '../../actions/infrastructure/discover-providers.js';
import { CliError, exitCodes } from '../../terminal/errors.js';
import { properties, table } from '../../terminal/format.js';
import { objectOption } from '../../terminal/input/option-values.js';
import { allowedProviders } from './allowed-providers.js';

export const providers: CommandTable = {
  list: {
    summary: 'your providers',
    json: true,
    limit: 100,
    details: 'Example:\n  deis providers',
    run: async (call) => {
      const all = await call.list<Provider>('/api/providers');
      call.printList(
        all,
        (rows) =>
          table(
            ['ID', 'TYPE', 'CREATED'],
            rows.map((provider) => [provider.id, provider.type, provider.created_at]),
          ),
        'You have no providers: deis providers:create --type=TYPE',
      );
    },
  },
  create: {
    summary: 'add a provider',
    options: [
      ['--type <type>', 'docker, ec2, static, ...'],
      ['--id <id>', 'its name; default: the type'],
      [
        '--creds <json>',
        'credentials as a JSON object, or @FILE: then they do not show in the list of processes',
      ],
    ],
    json: true,
    details:
      'Credentials go in and never come out again.\n\n' +
      'Example:\n' +
      '  deis providers:create --type=ec2 --creds=@aws.json',
    run: async (call) => {
      const type = call.required('type', '--type=TYPE');
      const creds = call.option('creds');
      const body = {
        id: call.option('id') ?? type,
        type,
        ...(creds === undefined ? {} : { creds: await objectOption(call.terminal, '--creds', creds) }),
      };
      const provider = await (await call.api()).post<Provider>('/api/providers', body);
      if (!call.wantsJson && provider.summary !== undefined) call.output.talk(provider.summary);
      call.print(provider, () => provider.id);
    },
  },
  types: {
    summary: 'what providers there can be, and what each takes',
    args: '[type]',
    json: true,
    details:
      "With a type: an annotated example of its credentials and of its flavors' params.\n\n" +
      'Example:\n' +
      '  deis providers:types ec2',
    run: async (call) => {
      const all = (await (await call.api()).get<Page<ProviderType>>('/api/provider-types')).results;
      const named = call.args[0];
      if (named === undefined)
        return call.print(all, (rows) =>
          table(
            ['TYPE', 'WHAT'],
            rows.map((type) => [type.id, type.summary]),
          ),
        );
      const type = all.find(({ id }) => id === named);
      if (type === undefined)
        throw new CliError(
          `no provider type ${JSON.stringify(named)}; there are ${all.map(({ id }) => id).join(', ')}`,
          exitCodes.notFound,
        );
      call.print(type, () =>
        [
          type.summary,
          ...(type.creds_example === '' ? [] : ['', '--creds (as JSON):', '', type.creds_example.trimEnd()]),
          '',
          '--params of flavors (as JSON):',
          '',
          type.params_example.trimEnd(),
        ].join('\n'),
      );
    },
  },
  discover: {
    summary: 'find the AWS credentials of this machine and give them to the controller',
    options: [
      ['--id <id>', 'the provider that gets them; default: ec2'],
      ['--yes', 'do not ask'],
    ],
    json: true,
    details:
      'Looks at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, then at ~/.aws. ' +
      'Asks before anything is sent.\n\n' +
      'Example:\n' +
      '  deis providers:discover',
    run: async (call) => {
      const provider = await discoverProviders(call);
      if (provider === undefined) return;
      if (!call.wantsJson && provider.summary !== undefined) call.output.talk(provider.summary);
      call.print(provider, () => provider.id);
    },
  },
  update: {
    summary: "replace a provider's credentials",
    args: '<provider>',
    options: [['--creds <json>', 'credentials as a JSON object, or @FILE']],
    json: true,
    details:
      'They are tried first, and must be of the same account.\n\n' +
      'Example:\n' +
      '  deis providers:update ec2 --creds=@aws.json',
    run: async (call) => {
      const creds = await objectOption(call.terminal, '--creds', call.required('creds', '--creds=JSON'));
      const provider = await (
        await call.api()
      ).patch<Provider>(`/api/providers/${encodeURIComponent(call.arg(0))}`, { creds });
      if (!call.wantsJson && provider.summary !== undefined) call.output.talk(provider.summary);
      call.print(provider, () => provider.id);
    },
  },
  info: {
    summary: 'one provider',
    args: '<provider>',
    details: 'Example:\n  deis providers:info ec2',
    json: true,
    run: async (call) => {
      const provider = await (
        await call.api()
      ).get<Provider>(`/api/providers/${encodeURIComponent(call.arg(0))}`);
      call.print(provider, () =>
        properties([
          ['id', provider.id],
          ['type', provider.type],
          ['created', provider.created_at],
          ['updated', provider.updated_at],
        ]),
      );
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
  gc: {
    summary: 'what this controller made there and what no node or layer has any more',
    args: '<provider>',
    options: [
      ['--remove', 'remove it, machines first'],
      ['--yes', 'without asking'],
    ],
    json: true,
    details:
      'Machines, fixed addresses, volumes and security groups, found by their tags, ' +
      'compared with the database, never by name alone.\n\n' +
      'Example:\n' +
      '  deis providers:gc ec2\n' +
      '  deis providers:gc ec2 --remove',
    run: collectOrphans,
  },
  ...allowedProviders,
};
