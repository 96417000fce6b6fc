import type { CommandTable } from '../../command.js';
import { ago } from '../../terminal/ago.js';
import { usageError } from '../../terminal/errors.js';
import { table } from '../../terminal/format.js';

interface Rule {
  readonly kind: string;
  readonly summary: string;
  readonly threshold: number | null;
  readonly unit: string | null;
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
            ['KIND', 'THRESHOLD', 'WHEN'],
            rows.map((rule) => [rule.kind, limitOf(rule), rule.summary]),
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
    options: [['--above <number>', 'threshold of the kind: %, ms, or days; without it the one that it has']],
    details:
      'Kinds: crash-loop, memory (90 %), 5xx (5 %), p95 (1000 ms), node-lost, certificate (14 days), disk (85 %), ' +
      'deploy.\n\nExample:\n  deis alerts:add crash-loop\n  deis alerts:add p95 --above=500',
    run: async (call) => {
      const above = call.option('above');
      const threshold = above === undefined ? undefined : Number(above);
      if (threshold !== undefined && !Number.isFinite(threshold))
        throw usageError(`--above=${above} is not a valid number: expected e.g. 90`);
      const rule = await (
        await call.api()
      ).post<Rule>(await call.formationPath('alerts'), { kind: call.arg(0), threshold });
      call.print(rule, (added) => {
        const limit = limitOf(added);
        return `Hooks are told when ${added.summary}${limit === null ? '' : ` (${limit})`}`;
      });
    },
  },
  remove: {
    summary: 'tell nobody of a kind of trouble any more',
    args: '<kind>',
    onFormation: true,
    details: 'Example:\n  deis alerts:remove p95',
    run: async (call) => {
      await (await call.api()).delete(await call.formationPath('alerts', call.arg(0)));
      call.output.talk(`Nobody is told of ${call.arg(0)} any more`);
    },
  },
  test: {
    summary: 'send each hook a message that says that it is a test',
    args: '<kind>',
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
