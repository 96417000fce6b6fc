import { cliCommands } from '../../api/cli-commands.js';
import { listAudit } from '../../api/people/platform-requests.js';
import { AuditTable } from '../../parts/audit-table.js';
import { Command, Loading, Problem } from '../../parts/small.js';
import { useLive } from '../../parts/use-live.js';
import type { FormationProps } from '../formation.js';

/** Who changed what in a formation. */
export function FormationAudit({ formation }: FormationProps) {
  return formation.may.includes('share') ? (
    <Log formation={formation.id} />
  ) : (
    <p>Admins of the formation see who did what.</p>
  );
}

function Log({ formation }: { formation: string }) {
  const { value, problem } = useLive(`audit ${formation}`, () => listAudit(formation));
  return (
    <>
      <Problem of={problem} />
      {value === undefined && problem === undefined && <Loading what="who did what" />}
      {value !== undefined && <AuditTable entries={value} withFormation={false} />}
      <Command text={cliCommands.audit(formation)} />
    </>
  );
}
