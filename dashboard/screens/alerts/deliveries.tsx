import { listDeliveries, resendDelivery } from '../../api/app/alert-requests.js';
import { cliCommands } from '../../api/cli-commands.js';
import type { Delivery } from '../../api/types.js';
import { Action } from '../../parts/action.js';
import { Loading, More, Problem, State, When, type Mood } from '../../parts/small.js';
import { Table } from '../../parts/table.js';
import { useLive } from '../../parts/use-live.js';
import { lastWord, toldIn, tries } from './delivery-words.js';

interface DeliveriesProps {
  readonly formation: string;
  readonly hook: string;
  readonly mayChange: boolean;
}

/** What a hook was sent, and what came of each. */
export function Deliveries({ formation, hook, mayChange }: DeliveriesProps) {
  const { value, problem, reload } = useLive(`${formation} ${hook}`, () => listDeliveries(formation, hook));
  if (value === undefined) return problem ? <Problem of={problem} /> : <Loading what="what it was sent" />;
  return (
    <>
      <Problem of={problem} />
      {value.count === 0 && <p>It was sent nothing yet.</p>}
      {value.count > 0 && (
        <Table
          label={`What ${hook} was sent`}
          heads={['When', 'What', 'State', 'Answer', ...(mayChange ? ['Actions'] : [])]}
        >
          {value.results.map((delivery) => (
            <Row key={delivery.id} {...{ formation, hook, mayChange, delivery, onSent: reload }} />
          ))}
        </Table>
      )}
      <More shown={value.results.length} count={value.count} />
    </>
  );
}

const moods: Readonly<Record<Delivery['state'], Mood>> = {
  waiting: 'busy',
  delivered: 'good',
  failed: 'bad',
};

type RowProps = DeliveriesProps & { readonly delivery: Delivery; readonly onSent: () => void };

function Row({ formation, hook, mayChange, delivery, onSent }: RowProps) {
  const { id, event, state, attempts, next_at: next, created_at: at, body } = delivery;
  return (
    <tr>
      <td>
        <When at={at} />
      </td>
      <td class="text">
        {toldIn(body) ?? event} <small class="quiet">{event}</small>
      </td>
      <td>
        <State name={state} mood={moods[state]} />{' '}
        {attempts > 0 && <small class="quiet">tried {tries(attempts)}</small>}
      </td>
      <td>
        {lastWord(delivery)}
        {attempts > 0 && next !== null && (
          <small class="quiet">
            {' '}
            again <When at={next} />
          </small>
        )}
      </td>
      {mayChange && (
        <td>
          <Action
            label="Send again"
            command={cliCommands.resendDelivery(formation, hook, id)}
            onDo={() => resendDelivery(formation, hook, id).then(onSent)}
          >
            <p>The same is sent once more, whatever came of it.</p>
          </Action>
        </td>
      )}
    </tr>
  );
}
