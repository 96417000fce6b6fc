import { useState } from 'preact/hooks';
import { addDrain, type Drained } from '../../api/app/drain-requests.js';
import { cliCommands } from '../../api/cli-commands.js';
import { Field, TextField } from '../../parts/field.js';
import { errorAt } from '../../parts/field-errors.js';
import { bound } from '../../parts/form.js';
import { Command, Problem } from '../../parts/small.js';
import { useForm } from '../../parts/use-form.js';
import { givenDrain, type TypedDrain } from './drain-words.js';

interface FormProps {
  readonly formation: Drained;
  readonly onDone: () => void;
}

/** A drain more. */
export function DrainForm({ formation, onDone }: FormProps) {
  const [typed, setTyped] = useState<TypedDrain>({ url: '', id: '', type: '' });
  const onTyped = (more: Partial<TypedDrain>): void => setTyped({ ...typed, ...more });
  const given = givenDrain(typed);
  const { isBusy, errors, problem, onSubmit } = useForm(
    ['url', 'id', 'type'],
    () => addDrain(formation, given),
    onDone,
  );
  return (
    <form onSubmit={onSubmit} class="annotated">
      <UrlField value={typed.url} onValue={(url) => onTyped({ url })} error={errorAt(errors, 'url')} />
      <Field label="Name" help="Empty: drain-1, or the next one that is free." error={errorAt(errors, 'id')}>
        {(attributes) => (
          <input {...attributes} {...bound(typed.id, (id) => onTyped({ id }))} autocomplete="off" />
        )}
      </Field>
      <TypeField value={typed.type} onValue={(type) => onTyped({ type })} error={errorAt(errors, 'type')} />
      <Command text={cliCommands.addDrain(formation, given)} />
      <Problem of={problem} />
      <button type="submit" class="primary" disabled={isBusy}>
        Add drain
      </button>
    </form>
  );
}

interface UrlProps {
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly error: string | undefined;
}

function UrlField(field: UrlProps) {
  return (
    <TextField
      {...field}
      label="URL of the drain"
      help={
        'syslog+tls://HOST:PORT, syslog://HOST:PORT, https://USER:SECRET@HOST/PATH or loki+https://HOST. ' +
        'User, secret, path and query are not shown again.'
      }
    />
  );
}

interface TypeProps {
  readonly value: TypedDrain['type'];
  readonly onValue: (value: TypedDrain['type']) => void;
  readonly error: string | undefined;
}

function TypeField({ value, onValue, error }: TypeProps) {
  return (
    <Field label="Type" error={error}>
      {(attributes) => (
        <select
          {...attributes}
          value={value}
          onChange={({ currentTarget }) => onValue(currentTarget.value as TypedDrain['type'])}
        >
          <option value="">as the URL says</option>
          <option value="loki">Loki at a URL of https</option>
        </select>
      )}
    </Field>
  );
}
