import type { Domain } from '../../../controller/api-types.js';
import { addDomain } from '../../../actions/app/add-domain.js';
import { carryOutDelete } from '../../../actions/carry-out.js';
import { waitForDomains } from '../../../actions/app/wait-for-domains.js';
import type { CommandTable } from '../../../command.js';
import { table } from '../../../terminal/format.js';

export const domains: CommandTable = {
  list: {
    summary: 'names that the app answers to; without any it answers to all',
    onFormation: true,
    json: true,
    limit: 100,
    details: 'Example:\n  deis domains',
    run: async (call) => {
      const all = await call.list<Domain>(await call.formationPath('domains'));
      call.printList(
        all,
        (rows) =>
          table(
            ['DOMAIN', 'ADDED'],
            rows.map((row) => [row.domain, row.created_at]),
          ),
        'No domains, so the app answers to every name: deis domains:add www.example.com',
      );
    },
  },
  add: {
    summary: 'let the app answer to a name',
    args: '<domain>',
    onFormation: true,
    json: true,
    details:
      'With a domain of its own the app answers to its domains alone; other names get a 404. ' +
      '*.example.com is good for one label.\n\n' +
      'Example:\n' +
      '  deis domains:add www.example.com',
    run: addDomain,
  },
  wait: {
    summary: 'wait until the proxies serve domains over TLS',
    args: '[domains...]',
    options: [['--timeout <seconds>', 'how long; default: 600']],
    onFormation: true,
    json: true,
    details:
      'For all domains unless said otherwise, where the controller orders certificates (certs:auto). ' +
      'Says what each waits for, in its own words and in those of the CA.\n\n' +
      'Example:\n' +
      '  deis domains:wait www.example.com --timeout=60',
    run: waitForDomains,
  },
  remove: {
    summary: 'take a name away',
    args: '<domain>',
    onFormation: true,
    json: true,
    details: 'Example:\n  deis domains:remove www.example.com',
    run: async (call) => {
      await carryOutDelete(call, await call.formationPath('domains', call.arg(0)));
      call.output.talk(`Removed ${call.arg(0)}`);
    },
  },
};
