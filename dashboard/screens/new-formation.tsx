import pLimit from 'p-limit';
import { useState } from 'preact/hooks';
import { cliCommands } from '../api/cli-commands.js';
import { listFlavors } from '../api/infrastructure/flavor-requests.js';
import { createFormation, readFormation } from '../api/requests.js';
import type { ListedFormation } from '../api/types.js';
import { Field } from '../parts/field.js';
import { errorAt } from '../parts/field-errors.js';
import { bound, Choice } from '../parts/form.js';
import { goTo, linkTo } from '../parts/route.js';
import { Command, Loading, Problem } from '../parts/small.js';
import { useForm } from '../parts/use-form.js';
import { useOnce } from '../parts/use-once.js';
import { placeNames, placeOf } from './formation-places.js';

/** Formations that are asked whether they may be lived on, and how many at a time. */
const [maxAsked, atOnce] = [100, 4];

interface NewProps {
  readonly formations: readonly ListedFormation[];
}

/** A formation more, on nodes of its own or on those of another. */
export function NewFormation({ formations }: NewProps) {
  const { value, problem } = useOnce(async () => {
    const [flavors, hosts] = await Promise.all([listFlavors(), hostsAmong(formations)]);
    return placeNames(flavors.results, hosts);
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

/** Those on whose nodes this person may have formations: no guest, and the role reaches. */
async function hostsAmong(formations: readonly ListedFormation[]): Promise<string[]> {
  const limit = pLimit(atOnce);
  const asked = formations.filter(({ on }) => on === null).slice(0, maxAsked);
  const may = await Promise.all(
    asked.map(({ id }) =>
      limit(() =>
        readFormation(id).then(
          (formation) => formation.may.includes('host'),
          () => false,
        ),
      ),
    ),
  );
  return asked.filter((_formation, place) => may[place]).map(({ id }) => id);
}
