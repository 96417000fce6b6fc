import { cliCommands } from '../../api/cli-commands.js';
import { acceptOffer, declineOffer, listTransfers } from '../../api/people/people-requests.js';
import type { Transfer } from '../../api/types.js';
import { Action } from '../../parts/action.js';
import { goTo, linkTo } from '../../parts/route.js';
import { Problem, When } from '../../parts/small.js';
import { useLive } from '../../parts/use-live.js';

/** Formations that somebody is offered; nothing when there is none. */
export function Offers({ username }: { username: string }) {
  const { value, problem, reload } = useLive('transfers', listTransfers);
  const offered = value?.results.filter(({ to }) => to === username) ?? [];
  return (
    <>
      <Problem of={problem} />
      {offered.map((transfer) => (
        <Offered key={transfer.formation} transfer={transfer} onDeclined={reload} />
      ))}
    </>
  );
}

function Offered({ transfer, onDeclined }: { transfer: Transfer; onDeclined: () => void }) {
  const { formation, from, created_at: at } = transfer;
  return (
    <section class="notice">
      <p>
        {from} offered you {formation} <When at={at} />.
      </p>
      <div class="buttons">
        <Action
          label={`Accept ${formation}`}
          command={cliCommands.acceptOffer(formation)}
          onDo={() => acceptOffer(formation).then(() => goTo(linkTo(formation)))}
        >
          <p>You own it, and {from} stays as an admin.</p>
        </Action>
        <Action
          label={`Decline ${formation}`}
          command={cliCommands.declineOffer(formation)}
          onDo={() => declineOffer(formation).then(onDeclined)}
        >
          <p>{from} keeps it.</p>
        </Action>
      </div>
    </section>
  );
}
