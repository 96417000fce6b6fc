import { useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import { changeQuota } from '../../api/infrastructure/guest-requests.js';
import { errorAt } from '../../parts/field-errors.js';
import { Field } from '../../parts/field.js';
import { bound } from '../../parts/form.js';
import { Command, Problem } from '../../parts/small.js';
import { useForm, WrongFields } from '../../parts/use-form.js';
import { quotaChanges, type TypedQuota } from './quota-edits.js';

interface QuotaProps {
  readonly formation: string;
  /** One that lives there; undefined: those to come. */
  readonly guest?: string;
  readonly before: TypedQuota;
  readonly onDone: () => void;
}

const titles = {
  containers: 'Containers',
  memory: 'Memory, e.g. 2G',
  cpus: 'Cores',
  disk: 'Disk, e.g. 5G: slug or image, for each container',
  guests: 'Guests of each person without a role here',
} as const satisfies Readonly<Record<keyof TypedQuota, string>>;

/** What a guest may use, or those to come. */
export function QuotaForm({ formation, guest, before, onDone }: QuotaProps) {
  const [start] = useState(before);
  const [typed, setTyped] = useState(start);
  const { changes, wrong } = quotaChanges(typed, start);
  const names = (Object.keys(titles) as (keyof TypedQuota)[]).filter(
    (name) => guest === undefined || name !== 'guests',
  );
  const { isBusy, errors, problem, onSubmit } = useForm(
    names,
    async () => {
      if (wrong.length > 0) throw new WrongFields(wrong);
      await changeQuota(formation, guest, changes);
    },
    onDone,
  );
  return (
    <form onSubmit={onSubmit} class="annotated">
      {names.map((name) => (
        <Field key={name} label={titles[name]} error={errorAt(errors, name)}>
          {(attributes) => (
            <input
              {...attributes}
              {...bound(typed[name], (value) => setTyped({ ...typed, [name]: value }))}
              placeholder="no limit"
              autocomplete="off"
            />
          )}
        </Field>
      ))}
      <p class="quiet">What runs stays. A scale or a deploy that would pass it is refused.</p>
      <Command text={cliCommands.changeQuota(formation, guest, changes)} />
      <Problem of={problem} />
      <button type="submit" class="primary" disabled={isBusy || Object.keys(changes).length === 0}>
        {guest === undefined ? 'Save quota of new guests' : `Save quota of ${guest}`}
      </button>
    </form>
  );
}
