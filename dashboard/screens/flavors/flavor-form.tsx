import { useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import { createFlavor, updateFlavor } from '../../api/infrastructure/flavor-requests.js';
import type { Tagged } from '../../api/app/setting-requests.js';
import type { FieldError, Flavor, Provider, ProviderType } from '../../api/types.js';
import { bound } from '../../parts/form.js';
import { Field, NameField, TextField } from '../../parts/field.js';
import { errorAt } from '../../parts/field-errors.js';
import { Command, Problem } from '../../parts/small.js';
import { useForm, WrongFields } from '../../parts/use-form.js';
import { annotatedFields, type AnnotatedField } from './annotated-fields.js';
import { AnnotatedFields } from './annotated-form.js';
import { fieldsWith, typedOf, valuesOf, type FieldValues, type Typed } from './field-values.js';

interface NewProps {
  readonly providers: readonly Provider[];
  readonly types: readonly ProviderType[];
  readonly onDone: () => void;
}

/** A flavor more, of a provider that launches. */
export function NewFlavor({ providers, types, onDone }: NewProps) {
  const [id, setId] = useState('');
  const [chosen, setChosen] = useState('');
  const provider = providers.find((each) => each.id === chosen) ?? providers[0];
  const type = types.find((each) => each.id === provider?.type);
  const name = provider?.id ?? '';
  const [typed, setTyped] = useState<Typed>({});
  const [init, setInit] = useState('');
  return (
    <LaunchForm
      label="Make flavor"
      fields={annotatedFields(type?.params_example ?? '')}
      {...{ typed, init, onTyped: setTyped, onInit: setInit }}
      others={['id', 'provider']}
      command={(params) => cliCommands.createFlavor(id, name, params, init)}
      onSend={(params) => createFlavor({ id, provider: name, params, init })}
      onDone={onDone}
    >
      {(errors) => (
        <>
          <TextField label="Name" value={id} onValue={setId} error={errorAt(errors, 'id')} />
          <NameField
            label="Provider"
            value={name}
            names={providers.map((each) => each.id)}
            onValue={(value) => {
              setChosen(value);
              setTyped({});
            }}
            help={type?.summary}
            error={errorAt(errors, 'provider')}
          />
        </>
      )}
    </LaunchForm>
  );
}

interface ChangeProps {
  /** As it was when the form was opened. */
  readonly flavor: Tagged<Flavor>;
  readonly type: ProviderType;
  readonly onDone: () => void;
}

/** What later nodes of a flavor are launched with. */
export function ChangeFlavor({ flavor: { value, tag }, type, onDone }: ChangeProps) {
  const fields = fieldsWith(annotatedFields(type.params_example), value.params);
  const [typed, setTyped] = useState(() => typedOf(fields, value.params));
  const [init, setInit] = useState(value.init);
  return (
    <LaunchForm
      label={`Save ${value.id}`}
      {...{ fields, typed, init, onTyped: setTyped, onInit: setInit, onDone }}
      others={[]}
      command={(params) => cliCommands.updateFlavor(value.id, params, init)}
      onSend={(params) => updateFlavor(value.id, { params, init }, tag)}
    >
      {() => <p class="quiet">Nodes that exist keep what they were launched with.</p>}
    </LaunchForm>
  );
}

interface LaunchProps {
  /** What the button says. */
  readonly label: string;
  readonly fields: readonly AnnotatedField[];
  readonly typed: Typed;
  readonly onTyped: (typed: Typed) => void;
  readonly init: string;
  readonly onInit: (init: string) => void;
  /** Fields beside the params that the API may name. */
  readonly others: readonly string[];
  readonly command: (params: FieldValues['values']) => string;
  readonly onSend: (params: FieldValues['values']) => Promise<unknown>;
  readonly onDone: () => void;
  /** What stands before the params. */
  readonly children: (errors: readonly FieldError[]) => preact.ComponentChildren;
}

/** What a flavor launches: params and cloud-config. */
function LaunchForm(props: LaunchProps) {
  const { label, fields, typed, onTyped, init, onInit, others, command, onSend, onDone, children } = props;
  const { values, wrong } = valuesOf(fields, typed, 'params');
  const named = [...others, 'init', ...fields.map(({ name }) => `params.${name}`)];
  const { isBusy, errors, problem, onSubmit } = useForm(
    named,
    async () => {
      if (wrong.length > 0) throw new WrongFields(wrong);
      await onSend(values);
    },
    onDone,
  );
  return (
    <form onSubmit={onSubmit} class="annotated">
      {children(errors)}
      <AnnotatedFields {...{ fields, typed, onTyped, errors }} within="params" />
      <Field
        label="init"
        help="cloud-config that is added to each node; empty: none."
        error={errorAt(errors, 'init')}
      >
        {(attributes) => <textarea {...attributes} {...bound(init, onInit)} rows={3} />}
      </Field>
      <Command text={command(values)} />
      <Problem of={problem} />
      <button type="submit" class="primary" disabled={isBusy}>
        {label}
      </button>
    </form>
  );
}
