import type { Listed } from '../api/asked.js';
import type { AuditEntry } from '../api/types.js';
import { More, When } from './small.js';

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
      <div class="wide" tabIndex={0} role="region" aria-label="Audit log">
        <table>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Who</th>
              <th scope="col">What</th>
              {withFormation && <th scope="col">Formation</th>}
              <th scope="col">To what</th>
              <th scope="col">How it ended</th>
            </tr>
          </thead>
          <tbody>
            {entries.results.map((entry, place) => (
              <tr key={`${entry.at} ${place}`}>
                <td>
                  <When at={entry.at} />
                </td>
                <td>
                  {entry.actor} {entry.source !== null && <small class="quiet">{entry.source}</small>}
                </td>
                <td>
                  <code>{entry.action}</code>
                </td>
                {withFormation && <td>{entry.formation}</td>}
                <td>{targetInWords(entry.target)}</td>
                <td>{entry.outcome ?? 'under way'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <More shown={entries.results.length} count={entries.count} />
    </>
  );
}

function targetInWords(target: AuditEntry['target']): string {
  return Object.entries(target)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}
