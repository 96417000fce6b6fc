import type { Listed } from '../api/asked.js';
import type { AuditEntry } from '../api/types.js';
import { More, When } from './small.js';
import { Table } from './table.js';

/** Who changed what, newest first. @param withFormation entries are of many */
export function AuditTable({
  entries,
  withFormation,
}: {
  entries: Listed<AuditEntry>;
  withFormation: boolean;
}) {
  if (entries.count === 0) return <p>Nothing yet.</p>;
  return (
    <>
      <Table
        label="Audit log"
        heads={['When', 'Who', 'What', ...(withFormation ? ['Formation'] : []), 'To what', 'How it ended']}
      >
        {entries.results.map((entry, place) => (
          <Row key={`${entry.at} ${place}`} entry={entry} withFormation={withFormation} />
        ))}
      </Table>
      <More shown={entries.results.length} count={entries.count} />
    </>
  );
}

function Row({ entry, withFormation }: { entry: AuditEntry; withFormation: boolean }) {
  return (
    <tr>
      <td>
        <When at={entry.at} />
      </td>
      <td>
        {entry.actor} {entry.source !== null && <small class="quiet">{entry.source}</small>}
      </td>
      <td class="what">
        <code>{entry.action}</code>
      </td>
      {withFormation && <td>{entry.formation}</td>}
      <td>{targetInWords(entry.target)}</td>
      <td>{entry.outcome ?? 'under way'}</td>
    </tr>
  );
}

function targetInWords(target: AuditEntry['target']): string {
  return Object.entries(target)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}
