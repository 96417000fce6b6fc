import type { Listed } from '../../api/asked.js';
import type { Alert } from '../../api/types.js';
import { linkTo } from '../../parts/route.js';
import { More, State, When } from '../../parts/small.js';
import { Table } from '../../parts/table.js';
import { placeOfAlert } from '../formations/attention.js';

interface FiredProps {
  readonly formation: string;
  readonly alerts: Listed<Alert>;
  readonly hasRules: boolean;
}

/** What is the matter now, and what is over. */
export function Fired({ formation, alerts: { results, count }, hasRules }: FiredProps) {
  const open = results.filter(({ resolved_at: over }) => over === null);
  const past = results.filter(({ resolved_at: over }) => over !== null);
  return (
    <section>
      <h2>What is the matter</h2>
      {open.length === 0 && (
        <p>{hasRules ? 'Nothing, as far as the rules look.' : 'Nothing is looked at: there is no rule.'}</p>
      )}
      <ul class="cards">
        {open.map((alert) => (
          <OpenCard key={alert.id} formation={formation} alert={alert} />
        ))}
      </ul>
      {past.length > 0 && (
        <details>
          <summary>What is over</summary>
          <Table label="What is over" heads={['Kind', 'What', 'Since', 'Over']}>
            {past.map(({ id, kind, detail, since, resolved_at: over }) => (
              <tr key={id}>
                <td>{kind}</td>
                <td class="text">{detail}</td>
                <td>
                  <When at={since} />
                </td>
                <td>
                  <When at={over} />
                </td>
              </tr>
            ))}
          </Table>
        </details>
      )}
      <More shown={results.length} count={count} />
    </section>
  );
}

function OpenCard({ formation, alert }: { formation: string; alert: Alert }) {
  const { kind, detail, since } = alert;
  return (
    <li>
      <h3>
        <a href={linkTo(formation, placeOfAlert(kind))}>{kind}</a> <State name="open" mood="bad" />
      </h3>
      <p>{detail}</p>
      <p class="quiet">
        Since <When at={since} />
      </p>
    </li>
  );
}
