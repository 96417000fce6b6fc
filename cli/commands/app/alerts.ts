import type { CommandTable } from '../../command.js';
import { ago } from '../../terminal/ago.js';
import { usageError } from '../../terminal/errors.js';
import { table } from '../../terminal/format.js';

interface Rule {
  readonly name: string;
  readonly kind: string;
  readonly summary: string;
  readonly threshold: number | null;
  readonly unit: string | null;
  readonly pattern: string | null;
  readonly minutes: number | null;
}

interface Alert {
  readonly kind: string;
  readonly subject: string;
  readonly detail: string;
  readonly since: string;
  readonly resolved_at: string | null;
}

const limitOf = ({ threshold, unit }: Rule): string | null =>
  threshold === null ? null : `${threshold} ${unit ?? ''}`.trim();

const whenOf = ({ summary, pattern, minutes }: Rule): string =>
  pattern === null ? summary : `${summary}: ${pattern}, ${minutes} min`;

function numberOf(option: string, text: string | undefined, example: string): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value))
    throw usageError(`${option}=${text} is not a valid number: expected e.g. ${example}`);
  return value;
}

export const alerts: CommandTable = {
  list: {
    summary: 'what hooks are told of',
    onFormation: true,
    json: true,
    limit: 100,
    details: '`deis alerts:fired` says what is the matter now.\n\nExample:\n  deis alerts',
    run: async (call) => {
      const rules = await call.list<Rule>(await call.formationPath('alerts'));
      call.printList(
        rules,
        (rows) =>
          table(
            ['NAME', 'THRESHOLD', 'WHEN'],
            rows.map((rule) => [rule.name, limitOf(rule), whenOf(rule)]),
          ),
        'No alerts: deis alerts:add crash-loop, and deis hooks:add URL for who is told',
      );
    },
  },
  fired: {
    summary: 'what is, and was, the matter, newest first',
    onFormation: true,
    json: true,
    limit: 20,
    details: 'Example:\n  deis alerts:fired',
    run: async (call) => {
      const all = await call.list<Alert>(await call.formationPath('fired-alerts'));
      call.printList(
        all,
        (rows) =>
          table(
            ['STATE', 'KIND', 'SUBJECT', 'SINCE', 'WHAT'],
            rows.map(({ kind, subject, detail, since, resolved_at: over }) => [
              over === null ? 'open' : 'over',
              kind,
              subject,
              ago(since),
              detail,
            ]),
          ),
        'Nothing was the matter, as far as the alerts look: deis alerts',
      );
    },
  },
  add: {
    summary: 'have hooks told of a kind of trouble, and when it is over',
    args: '<kind>',
    onFormation: true,
    json: true,
    options: [
      ['--above <number>', 'threshold of the kind: %, ms, lines, ...; without it the one that it has'],
      [
        '--pattern <regexp>',
        'of the kind log: which lines are counted, as RE2; (?i) at its beginning ignores case',
      ],
      ['--minutes <number>', 'of the kind log: how far back; without it 5'],
      ['--name <name>', 'what it is called; without it as its kind'],
    ],
    details:
      'Kinds: crash-loop, memory (90 %), 5xx (5 %), p95 (1000 ms), log (1 line), node-lost, certificate (14 days), ' +
      'disk (85 %), build, deploy; for admins of the controller backup (48 hours) and wal (10 min).\n\nExample:\n' +
      '  deis alerts:add crash-loop\n  deis alerts:add p95 --above=500\n' +
      "  deis alerts:add log --name=timeouts --pattern='timeout|refused' --above=20 --minutes=10",
    run: async (call) => {
      const rule = await (
        await call.api()
      ).post<Rule>(await call.formationPath('alerts'), {
        kind: call.arg(0),
        threshold: numberOf('--above', call.option('above'), '90'),
        pattern: call.option('pattern'),
        minutes: numberOf('--minutes', call.option('minutes'), '10'),
        name: call.option('name'),
      });
      call.print(rule, (added) => {
        const limit = limitOf(added);
        return `Hooks are told when ${whenOf(added)}${limit === null ? '' : ` (threshold: ${limit})`}`;
      });
      if ((await call.list(await call.formationPath('hooks'))).length === 0)
        call.output.talk('There is no hook to tell yet: deis hooks:add URL');
    },
  },
  remove: {
    summary: 'stop telling of a kind of trouble',
    args: '<name>',
    onFormation: true,
    details: 'Example:\n  deis alerts:remove p95',
    run: async (call) => {
      await (await call.api()).delete(await call.formationPath('alerts', call.arg(0)));
      call.output.talk(`${call.arg(0)} is no longer told`);
    },
  },
  test: {
    summary: 'send each hook a message that says that it is a test',
    args: '<name>',
    onFormation: true,
    json: true,
    details: '`deis hooks:deliveries` says what came of it.\n\nExample:\n  deis alerts:test crash-loop',
    run: async (call) => {
      const path = await call.formationPath('alerts', call.arg(0), 'test');
      const told = await (await call.api()).post<{ readonly hooks: number }>(path);
      call.print(told, ({ hooks }) =>
        hooks === 0 ? 'There is no hook to tell: deis hooks:add URL' : `Sending a test to ${hooks} hook(s)`,
      );
    },
  },
};
