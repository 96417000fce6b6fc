import { useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import { listFlavors } from '../../api/infrastructure/flavor-requests.js';
import { createFormation, listHosts } from '../../api/requests.js';
import { Field } from '../../parts/field.js';
import { errorAt } from '../../parts/field-errors.js';
import { bound, Choice } from '../../parts/form.js';
import { goTo, linkTo } from '../../parts/route.js';
import { Command, Loading, Problem } from '../../parts/small.js';
import { useForm } from '../../parts/use-form.js';
import { useOnce } from '../../parts/use-once.js';
import { placeNames, placeOf } from './formation-places.js';

/** A formation more, on nodes of its own or on those of another. */
export function NewFormation() {
  const { value, problem } = useOnce(async () => {
    const [flavors, hosts] = await Promise.all([listFlavors(), listHosts()]);
    return placeNames(
      flavors.results,
      hosts.results.map(({ id }) => id),
    );
  });
  if (value === undefined) return problem ? <Problem of={problem} /> : <Loading what="where it may live" />;
  return <PlaceForm places={value} />;
}

function PlaceForm({ places }: { places: Record<string, string> }) {
  const [id, setId] = useState('');
  const [word, setWord] = useState(Object.keys(places)[0]!);
  const place = placeOf(word);
  const { isBusy, errors, problem, onSubmit } = useForm(['id'], async () => {
    const made = await createFormation({ ...(id === '' ? {} : { id }), ...place });
    goTo(linkTo(made.id));
  });
  return (
    <form onSubmit={onSubmit} class="annotated">
      <Field label="Name" help="Empty: the controller finds one." error={errorAt(errors, 'id')}>
        {(attributes) => <input {...attributes} {...bound(id, setId)} autocomplete="off" />}
      </Field>
      <Choice label="Its nodes" value={word} of={places} onValue={setWord} />
      <Command text={cliCommands.create(id, place)} />
      <Problem of={problem} />
      <button type="submit" class="primary" disabled={isBusy}>
        Make formation
      </button>
    </form>
  );
}
