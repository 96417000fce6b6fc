import type { CommandTable } from '../../command.js';
import { ago } from '../../terminal/ago.js';
import { table } from '../../terminal/format.js';
import { textOption } from '../../terminal/input/option-values.js';

interface Hook {
  readonly name: string;
  readonly host: string;
  readonly created_at: string;
}

interface Delivery {
  readonly id: string;
  readonly event: string;
  readonly state: string;
  readonly attempts: number;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly created_at: string;
}

export const hooks: CommandTable = {
  list: {
    summary: 'who is told of alerts',
    onFormation: true,
    json: true,
    limit: 100,
    details: 'Of a URL only its host is shown.\n\nExample:\n  deis hooks',
    run: async (call) => {
      const all = await call.list<Hook>(await call.formationPath('hooks'));
      call.printList(
        all,
        (rows) =>
          table(
            ['NAME', 'HOST', 'SINCE'],
            rows.map(({ name, host, created_at: at }) => [name, host, ago(at)]),
          ),
        'No hooks: deis hooks:add URL',
      );
    },
  },
  add: {
    summary: 'have alerts sent to a URL, or mailed to an address',
    args: '<url>',
    onFormation: true,
    json: true,
    options: [['--name <name>', 'what it is called here; without it default']],
    details:
      'What is sent is JSON, signed with a secret that is shown once: see docs/alerts.md. @FILE reads the URL from ' +
      'a file. mailto:ADDRESS has mails sent, where the operator gave a mail server.\n\nExample:\n' +
      '  deis hooks:add https://hooks.example.com/deis --name=on-call\n' +
      '  deis hooks:add mailto:on-call@example.com --name=mail',
    run: async (call) => {
      const url = (await textOption(call.terminal, '<url>', call.arg(0))).trim();
      const name = call.option('name');
      const added = await (
        await call.api()
      ).post<Hook & { readonly secret: string | null }>(await call.formationPath('hooks'), { url, name });
      if (added.secret !== null) call.output.talk('This secret signs what is sent, and is shown this once:');
      call.print(added, ({ secret, host }) => secret ?? `Mails are sent to an address of ${host.slice(1)}`);
    },
  },
  remove: {
    summary: 'send nothing more to a hook',
    args: '<name>',
    onFormation: true,
    details: 'Example:\n  deis hooks:remove on-call',
    run: async (call) => {
      await (await call.api()).delete(await call.formationPath('hooks', call.arg(0)));
      call.output.talk(`Nothing more is sent to ${call.arg(0)}`);
    },
  },
  deliveries: {
    summary: 'what a hook was sent, and what came of it, newest first',
    args: '[name]',
    onFormation: true,
    json: true,
    limit: 20,
    details: 'Without a name that of `default`.\n\nExample:\n  deis hooks:deliveries on-call',
    run: async (call) => {
      const all = await call.list<Delivery>(
        await call.formationPath('hooks', call.args[0] ?? 'default', 'deliveries'),
      );
      call.printList(
        all,
        (rows) =>
          table(
            ['DELIVERY', 'EVENT', 'STATE', 'TRIES', 'WHEN', 'LAST'],
            rows.map((each) => [
              each.id,
              each.event,
              each.state,
              each.attempts,
              ago(each.created_at),
              each.last_error ?? each.last_status,
            ]),
          ),
        'It was sent nothing yet',
      );
    },
  },
  resend: {
    summary: 'send a delivery once more',
    args: '<name> <delivery>',
    onFormation: true,
    json: true,
    details: 'Example:\n  deis hooks:resend on-call 7d9f7c5e-0f7e-4a3c-9d57-0f1f7e3b2a11',
    run: async (call) => {
      const path = await call.formationPath('hooks', call.arg(0), 'deliveries', call.arg(1), 'resend');
      const again = await (await call.api()).post<Delivery>(path);
      call.print(again, ({ id }) => `Sending it again, as ${id}`);
    },
  },
};
