import type { CommandTable } from '../../command.js';
import { table } from '../../terminal/format.js';
import { integerOption } from '../../terminal/input/option-values.js';

interface Token {
  readonly id: number;
  readonly name: string;
  readonly scope: string;
  readonly formation: string | null;
  readonly current: boolean;
  readonly created_at: string;
  readonly last_used_at: string | null;
  readonly expires_at: string | null;
}

export const tokens: CommandTable = {
  list: {
    summary: 'your tokens and sessions that are good, newest first',
    json: true,
    limit: 100,
    details: 'Example:\n  deis tokens',
    run: async (call) => {
      const all = await call.list<Token>('/api/tokens');
      call.print(all, (rows) =>
        table(
          ['ID', 'NAME', 'SCOPE', 'FORMATION', 'LAST USED', 'EXPIRES', ''],
          rows.map((token) => [
            token.id,
            token.name,
            token.scope,
            token.formation,
            token.last_used_at,
            token.expires_at,
            token.current ? 'this one' : ' ',
          ]),
        ),
      );
    },
  },
  create: {
    summary: 'make a token for a program; it is shown once',
    args: '[name]',
    options: [
      ['--scope <scope>', 'all, read, or deploy (one formation: config, rollback, scale); default: all'],
      [
        '--days <number>',
        'how long it is good, no longer than the token that makes it; default: as long as that, or ' +
          'until it is revoked',
      ],
      ['-f, --formation <name>', 'the formation of a deploy token'],
    ],
    json: true,
    details: 'Example:\n  deis tokens:create ci --scope=deploy --formation=peachy-waxworks --days=90',
    run: async (call) => {
      const days = call.option('days');
      const body = {
        name: call.args[0],
        scope: call.option('scope'),
        formation: call.option('formation'),
        days: days === undefined ? undefined : integerOption('--days', days, { min: 1, max: 3650 }),
      };
      const made = await (await call.api()).post<Token & { token: string }>('/api/tokens', body);
      call.print(made, ({ token }) => token);
    },
  },
  revoke: {
    summary: 'end a token, or a session',
    args: '<id>',
    details: 'Example:\n  deis tokens:revoke 17',
    run: async (call) => {
      await (await call.api()).delete(`/api/tokens/${encodeURIComponent(call.arg(0))}`);
      call.output.talk(`Revoked token ${call.arg(0)}`);
    },
  },
};
