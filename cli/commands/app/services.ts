import { carryOut, carryOutDelete } from '../../actions/carry-out.js';
import type { Call } from '../../call.js';
import type { CommandTable } from '../../command.js';
import { usageError } from '../../terminal/errors.js';
import { table } from '../../terminal/format.js';
import { inputLines } from '../../terminal/input/input-lines.js';

interface Service {
  readonly consumer: string;
  readonly service: string;
  readonly variable: string;
  readonly address: string;
  readonly created_at: string;
}

export const services: CommandTable = {
  list: {
    summary: 'formations that the app reaches by a variable, and those that reach it',
    onFormation: true,
    json: true,
    limit: 100,
    details: 'Example:\n  deis services',
    run: async (call) => {
      const all = await call.list<Service>(await call.formationPath('services'));
      call.printList(
        all,
        (rows) =>
          table(
            ['FORMATION', 'HAS', 'AS', 'AT'],
            rows.map((row) => [row.consumer, row.service, row.variable, row.address]),
          ),
        'No services: deis services:attach SERVICE --as=DATABASE_URL',
      );
    },
  },
  attach: {
    summary: 'write where another formation takes connections into the config, and deploy',
    args: '<service>',
    options: [
      ['--as <variable>', 'of the config; default: by the name, ORDERS_DB_URL for orders-db'],
      [
        '--template <text>',
        'what it holds, with {host}:{port}; - reads a line; default: tcp://{host}:{port}',
      ],
    ],
    onFormation: true,
    json: true,
    details:
      'The other formation has proxies of mode tcp (proxy:set mode=tcp), and you are a collaborator of both.\n' +
      'Its port opens for the nodes of this one before the release starts, and follows them. When its\n' +
      'proxies get another address, a release of the controller has it. With --template=- the text is the line on\n' +
      'standard input, so that a password in it stands in no list of processes.\n\n' +
      'Examples:\n' +
      '  deis services:attach orders-db\n' +
      '  deis services:attach orders-db --as=DATABASE_URL --template=- < template.txt',
    run: attach,
  },
  detach: {
    summary: 'take the variable away, deploy, and close the port',
    args: '<variable>',
    onFormation: true,
    json: true,
    details:
      'The port of the service closes for the nodes once no release with the variable runs.\n\n' +
      'Example:\n' +
      '  deis services:detach DATABASE_URL',
    run: async (call) => {
      await carryOutDelete(call, await call.formationPath('services', call.arg(0)));
      call.output.talk(`Detached ${call.arg(0)}`);
    },
  },
};

async function attach(call: Call): Promise<void> {
  const service = call.arg(0);
  const variable = call.option('as');
  const body = { service, variable, template: await templateOf(call) };
  await carryOut(call, await call.formationPath('services'), body);
  call.output.talk(`Attached ${service}${variable === undefined ? '' : ` as ${variable}`}`);
}

async function templateOf(call: Call): Promise<string | undefined> {
  const given = call.option('template');
  if (given !== '-') return given;
  const [line = ''] = await inputLines(call.terminal);
  if (line === '')
    throw usageError('services:attach --template=- needs a line on standard input, and there is none');
  return line;
}
