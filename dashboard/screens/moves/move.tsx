import { useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import { finishMove, moveFormation } from '../../api/infrastructure/move-requests.js';
import { listHosts } from '../../api/requests.js';
import { Action } from '../../parts/action.js';
import { Choice, Form } from '../../parts/form.js';
import { Opened } from '../../parts/opened.js';
import { goToOperation, linkTo } from '../../parts/route.js';
import { Loading, Problem } from '../../parts/small.js';
import { useOnce } from '../../parts/use-once.js';
import type { FormationProps } from '../formation.js';
import { leftToDo, movePlaces } from './move-words.js';

/** Of a formation that lives on the nodes of another: the way to those of a third, and the end of that. */
export function Move({ formation }: FormationProps) {
  const { on, also_on: alsoOn, passed_on_by: former, may } = formation;
  if ((on === null && alsoOn === null && former === null) || !may.includes('network')) return null;
  return (
    <>
      <Left formation={formation} />
      {alsoOn === null && (
        <Opened label="Move to another host">{() => <MoveForm formation={formation} />}</Opened>
      )}
    </>
  );
}

function Left({ formation }: FormationProps) {
  const { id, also_on: alsoOn, passed_on_by: former } = formation;
  const words = leftToDo(formation);
  if (words === undefined) return null;
  const place = alsoOn ?? former;
  return (
    <section class="notice" aria-label="A move to finish">
      <p>{words}</p>
      <Action
        label="Finish the move"
        confirmName={id}
        command={cliCommands.finishMove(id)}
        onDo={() => goToOperation(finishMove(id))}
      >
        <p>
          What the nodes of {place} hold of it goes, and the proxies of {place} pass nothing on any more: a
          name that still leads there gets what {place} answers to names that it does not know.
        </p>
      </Action>
    </section>
  );
}

function MoveForm({ formation }: FormationProps) {
  const { value, problem } = useOnce(listHosts);
  if (value === undefined) return problem ? <Problem of={problem} /> : <Loading what="where it may live" />;
  const places = movePlaces(
    formation,
    value.results.map(({ id }) => id),
  );
  if (Object.keys(places).length === 0) return <p>No host that it could move to is open to you.</p>;
  return <Places id={formation.id} places={places} />;
}

function Places({ id, places }: { id: string; places: Record<string, string> }) {
  const [on, setOn] = useState(Object.keys(places)[0]!);
  return (
    <Form
      label="Move it"
      command={cliCommands.move(id, on)}
      onDo={() => goToOperation(moveFormation(id, on))}
    >
      <Choice label="To the nodes of" value={on} of={places} onValue={setOn} />
      <p class="quiet whole">
        Nodes of its own are those of layers that it has made before, at{' '}
        <a href={linkTo(id, 'layers')}>Layers</a>. New containers start there beside the old, and no request
        fails. Its former proxies pass on what still reaches them, until its names lead elsewhere in the DNS,
        which is yours to do, and the move is finished.
      </p>
    </Form>
  );
}
