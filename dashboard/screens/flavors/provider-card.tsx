import { useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import {
  createProvider,
  deleteProvider,
  updateProvider,
} from '../../api/infrastructure/provider-requests.js';
import type { FieldError, Provider, ProviderType } from '../../api/types.js';
import { Action } from '../../parts/action.js';
import { NameField, TextField } from '../../parts/field.js';
import { errorAt } from '../../parts/field-errors.js';
import { Opened } from '../../parts/opened.js';
import { Command, Problem, State, When } from '../../parts/small.js';
import { useForm, WrongFields } from '../../parts/use-form.js';
import { annotatedFields, type AnnotatedField } from './annotated-fields.js';
import { AnnotatedFields } from './annotated-form.js';
import { Orphans } from './orphans.js';
import { valuesOf, type FieldValues, type Typed } from './field-values.js';

interface CardProps {
  readonly provider: Provider;
  /** Undefined: it is not enabled. */
  readonly type: ProviderType | undefined;
  readonly onChanged: () => void;
}

/** A provider, and what can be done to it. Its credentials are never shown. */
export function ProviderCard({ provider, type, onChanged }: CardProps) {
  const { id, created_at: made, updated_at: given } = provider;
  const [isOpen, setOpen] = useState(false);
  const close = (): void => {
    setOpen(false);
    onChanged();
  };
  return (
    <li>
      <h3>
        {id} <State name={provider.type} />
      </h3>
      <p class="quiet">
        Made <When at={made} />, credentials given <When at={given} />
        {type === undefined && '. Its type is not enabled on this controller.'}
      </p>
      <div class="buttons">
        {type?.allowed === true && type.creds_example !== '' && (
          <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            Replace credentials of {id}
          </button>
        )}
        <Action
          label={`Delete ${id}`}
          confirmName={id}
          command={cliCommands.deleteProvider(id)}
          onDo={() => deleteProvider(id).then(onChanged)}
        >
          <p>It is forgotten with its credentials. One that a flavor uses is not deleted.</p>
        </Action>
      </div>
      {isOpen && type !== undefined && <ReplaceCredentials id={id} type={type} onDone={close} />}
      <Opened label={`What ${id} has left behind`}>{() => <Orphans provider={id} />}</Opened>
    </li>
  );
}

function ReplaceCredentials({ id, type, onDone }: { id: string; type: ProviderType; onDone: () => void }) {
  return (
    <CredentialsForm
      label={`Save credentials of ${id}`}
      fields={annotatedFields(type.creds_example)}
      others={[]}
      command={cliCommands.updateProvider(id)}
      onSend={(creds) => updateProvider(id, creds)}
      onDone={onDone}
    >
      {() => <p class="quiet">All of them are replaced. They are tried first, and never given out again.</p>}
    </CredentialsForm>
  );
}

/** A provider more, of a type that one may launch with. */
export function NewProvider({ types, onDone }: { types: readonly ProviderType[]; onDone: () => void }) {
  const [id, setId] = useState('');
  const [chosen, setChosen] = useState('');
  const type = types.find((each) => each.id === chosen) ?? types[0];
  const fields = annotatedFields(type?.creds_example ?? '');
  const typeName = type?.id ?? '';
  return (
    <CredentialsForm
      key={typeName}
      label="Add provider"
      fields={fields}
      others={['id', 'type']}
      command={cliCommands.createProvider(id, typeName, fields.length > 0)}
      onSend={(creds) => createProvider({ id, type: typeName, creds })}
      onDone={onDone}
    >
      {(errors) => (
        <>
          <NameField
            label="Type"
            value={typeName}
            names={types.map((each) => each.id)}
            onValue={setChosen}
            help={type?.summary}
            error={errorAt(errors, 'type')}
          />
          <TextField label="Name" value={id} onValue={setId} error={errorAt(errors, 'id')} />
        </>
      )}
    </CredentialsForm>
  );
}

interface FormProps {
  /** What the button says. */
  readonly label: string;
  readonly fields: readonly AnnotatedField[];
  /** Fields beside the credentials that the API may name. */
  readonly others: readonly string[];
  readonly command: string;
  readonly onSend: (creds: FieldValues['values']) => Promise<unknown>;
  readonly onDone: () => void;
  /** What stands before the credentials. */
  readonly children: (errors: readonly FieldError[]) => preact.ComponentChildren;
}

/** Credentials go in, and are gone from the page once they are taken. */
function CredentialsForm({ label, fields, others, command, onSend, onDone, children }: FormProps) {
  const [typed, setTyped] = useState<Typed>({});
  const named = [...others, ...fields.map(({ name }) => `creds.${name}`)];
  const { isBusy, errors, problem, onSubmit } = useForm(
    named,
    async () => {
      const { values, wrong } = valuesOf(fields, typed, 'creds');
      if (wrong.length > 0) throw new WrongFields(wrong);
      await onSend(values);
    },
    () => {
      setTyped({});
      onDone();
    },
  );
  return (
    <form onSubmit={onSubmit} class="annotated">
      {children(errors)}
      <AnnotatedFields {...{ fields, typed, errors }} onTyped={setTyped} within="creds" />
      <Command text={command} />
      <Problem of={problem} />
      <button type="submit" class="primary" disabled={isBusy}>
        {label}
      </button>
    </form>
  );
}
