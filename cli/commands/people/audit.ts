import { auditedCommand } from '../../actions/people/audit-commands.js';
import type { CommandTable } from '../../command.js';
import { table } from '../../terminal/format.js';

interface AuditEntry {
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly formation: string | null;
  readonly target: Readonly<Record<string, unknown>>;
  readonly source: string | null;
  readonly outcome: string | null;
}

export const audit: CommandTable = {
  list: {
    summary: 'who changed what, newest first (admins of the formation)',
    options: [['--all', 'of the whole controller (platform admins)']],
    onFormation: true,
    json: true,
    limit: 50,
    details:
      'Names and counts, never values. Logins and pushes are in it, too. --json has the routes of the API ' +
      'instead of\ncommands.\n\nExample:\n  deis audit -n 20',
    run: async (call) => {
      const all = await call.list<AuditEntry>(
        call.flag('all') ? '/api/audit' : await call.formationPath('audit'),
      );
      call.printList(
        all,
        (rows) =>
          table(
            ['AT', 'WHO', 'FROM', 'WHAT', 'FORMATION', 'TARGET', 'OUTCOME'],
            rows.map((entry) => [
              entry.at,
              entry.actor,
              entry.source,
              auditedCommand(entry.action),
              entry.formation,
              shown(entry.target),
              entry.outcome,
            ]),
          ),
        'Nothing yet',
      );
    },
  },
};

function shown(target: Readonly<Record<string, unknown>>): string {
  return Object.entries(target)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}
