import pLimit from 'p-limit';
import { useState } from 'preact/hooks';
import { attachService } from '../../api/app/service-requests.js';
import { cliCommands } from '../../api/cli-commands.js';
import { listFormations, readFormation } from '../../api/requests.js';
import { errorAt } from '../../parts/field-errors.js';
import { Field, NameField } from '../../parts/field.js';
import { bound } from '../../parts/form.js';
import { goToOperation } from '../../parts/route.js';
import { Command, Loading, Problem } from '../../parts/small.js';
import { useForm } from '../../parts/use-form.js';
import { useOnce } from '../../parts/use-once.js';
import { newService, takeConnections, variableOf, type TypedService } from './attach-words.js';

/** Services that are looked at for what this person may do there, and how many at a time. */
const [maxLooked, atOnce] = [100, 4];

/** A service more. */
export function AttachService({ formation }: { formation: string }) {
  const { value, problem } = useOnce(() => usableServices(formation));
  if (value === undefined) return problem ? <Problem of={problem} /> : <Loading what="services" />;
  if (value.length === 0)
    return (
      <p>
        No formation takes connections of TCP that you may use: its Settings make one of it, by{' '}
        <code>deis proxy:set mode=tcp</code>.
      </p>
    );
  return <AttachForm formation={formation} services={value} />;
}

/** One that is gone meanwhile is none. */
async function usableServices(own: string): Promise<string[]> {
  const limit = pLimit(atOnce);
  const named = takeConnections((await listFormations()).results, own).slice(0, maxLooked);
  const look = async (id: string): Promise<boolean> =>
    readFormation(id).then(
      ({ may }) => may.includes('use'),
      () => false,
    );
  const mayUse = await Promise.all(named.map((id) => limit(() => look(id))));
  return named.filter((_, place) => mayUse[place]);
}

function AttachForm({ formation, services }: { formation: string; services: readonly string[] }) {
  const [typed, setTyped] = useState<TypedService>({ service: services[0]!, variable: '', template: '' });
  const body = newService(typed);
  const { isBusy, errors, problem, onSubmit } = useForm(Object.keys(typed), () =>
    goToOperation(attachService(formation, body)),
  );
  const fieldOf = (name: keyof TypedService) => ({
    value: typed[name],
    onValue: (value: string) => setTyped((before) => ({ ...before, [name]: value })),
    error: errorAt(errors, name),
  });
  return (
    <form onSubmit={onSubmit} class="annotated">
      <NameField
        label="Service"
        names={services}
        help="Its port opens for the nodes of this formation before the release starts."
        {...fieldOf('service')}
      />
      <Row
        label="Variable"
        help="Of the config, where it has no other value yet."
        placeholder={variableOf(typed.service)}
        {...fieldOf('variable')}
      />
      <Row
        label="What it holds"
        help="With {host}:{port} where the address belongs. It may have a password: it is a value of the config then."
        placeholder="tcp://{host}:{port}"
        {...fieldOf('template')}
      />
      <Command text={cliCommands.attachService(formation, body)} />
      <Problem of={problem} />
      <button type="submit" class="primary" disabled={isBusy}>
        Attach and deploy
      </button>
    </form>
  );
}

interface RowProps {
  readonly label: string;
  readonly help: string;
  readonly error: string | undefined;
  readonly placeholder: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

function Row({ value, onValue, placeholder, ...field }: RowProps) {
  return (
    <Field {...field}>
      {(attributes) => (
        <input {...attributes} {...bound(value, onValue)} placeholder={placeholder} autocomplete="off" />
      )}
    </Field>
  );
}
