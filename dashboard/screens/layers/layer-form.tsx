import { useState, type Dispatch, type StateUpdater } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import { createLayer, updateLayer } from '../../api/infrastructure/layer-requests.js';
import type { Tagged } from '../../api/app/setting-requests.js';
import type { FieldError, Layer, LayerChanges, LayerKind } from '../../api/types.js';
import { errorAt } from '../../parts/field-errors.js';
import { Field, NameField, TextField } from '../../parts/field.js';
import { bound, Choice } from '../../parts/form.js';
import { Command, Problem } from '../../parts/small.js';
import { useForm, WrongFields } from '../../parts/use-form.js';
import { onlySet } from '../tags/tag-text.js';
import { layerValues, newLayer, typedLayer, type LayerValues, type TypedLayer } from './layer-edits.js';

/** Empty: by the layer's name, as the API has it. */
const kinds = {
  '': 'by its name, else custom',
  runtime: 'runtime: containers of the app',
  proxy: 'proxy: nginx before them',
  box: 'box: both on one node',
  custom: 'custom: recipes of your own',
} as const satisfies Readonly<Record<LayerKind | '', string>>;

interface NewProps {
  readonly formation: string;
  /** Names of flavors that it may be made of; one at least. */
  readonly flavors: readonly string[];
  readonly onDone: () => void;
}

/** A layer more; it has no nodes yet. */
export function NewLayer({ formation, flavors, onDone }: NewProps) {
  const [id, setId] = useState('');
  const [kind, setKind] = useState<LayerKind | ''>('');
  const [username, setUsername] = useState('');
  const [typed, setTyped] = useState<TypedLayer>({ ...newLayer, flavor: flavors[0] ?? '' });
  const read = layerValues(typed);
  const given = kind === '' ? {} : { kind };
  return (
    <LayerForm
      {...{ typed, setTyped, flavors, read, onDone }}
      label="Make layer"
      others={['id', 'kind', 'ssh_username']}
      command={cliCommands.createLayer(formation, id, given.kind, username, read.values)}
      onSend={({ flavor = '', tags, ...values }) =>
        createLayer(formation, {
          ...{ id, flavor, ...given, ...values },
          ...(tags === undefined ? {} : { tags: onlySet(tags) }),
          ...(username === '' ? {} : { ssh_username: username }),
        })
      }
      beneath={(errors) => (
        <Field
          label="SSH user"
          help="Who the controller enters its nodes as, with sudo; empty: deis."
          error={errorAt(errors, 'ssh_username')}
        >
          {(attributes) => <input {...attributes} {...bound(username, setUsername)} autocomplete="off" />}
        </Field>
      )}
    >
      {(errors) => (
        <>
          <TextField label="Name" value={id} onValue={setId} error={errorAt(errors, 'id')} />
          <Choice label="Kind" value={kind} of={kinds} onValue={setKind} />
        </>
      )}
    </LayerForm>
  );
}

interface ChangeProps extends NewProps {
  /** As it was when the form was opened. */
  readonly layer: Tagged<Layer>;
  readonly username: string;
}

/** What a layer is; its nodes follow when they converge. */
export function ChangeLayer({ formation, layer: { value, tag }, username, flavors, onDone }: ChangeProps) {
  const [before] = useState(() => typedLayer(value, username));
  const [typed, setTyped] = useState(before);
  const read = layerValues(typed, before);
  return (
    <LayerForm
      {...{ typed, setTyped, read, onDone }}
      flavors={[...new Set([before.flavor, ...flavors])]}
      label={`Save ${value.id}`}
      others={[]}
      isIdle={Object.keys(read.values).length === 0 && read.wrong.length === 0}
      command={cliCommands.updateLayer(formation, value.id, read.values)}
      onSend={(changes) => updateLayer(formation, value.id, changes, tag)}
    >
      {() => (
        <p class="quiet">Its nodes follow at the next converge; a new flavor is for nodes still to come.</p>
      )}
    </LayerForm>
  );
}

interface FormProps {
  /** What the button says. */
  readonly label: string;
  readonly typed: TypedLayer;
  readonly setTyped: Dispatch<StateUpdater<TypedLayer>>;
  readonly read: LayerValues;
  readonly flavors: readonly string[];
  /** Fields beside these that the API may name. */
  readonly others: readonly string[];
  readonly isIdle?: boolean;
  readonly command: string;
  readonly onSend: (values: LayerChanges) => Promise<unknown>;
  readonly onDone: () => void;
  /** What stands before these. */
  readonly children: (errors: readonly FieldError[]) => preact.ComponentChildren;
  /** What stands after them. */
  readonly beneath?: (errors: readonly FieldError[]) => preact.ComponentChildren;
}

const fields = ['flavor', 'run_list', 'attributes', 'environment', 'tags', 'level'];

function LayerForm(props: FormProps) {
  const { label, typed, setTyped, read, flavors, isIdle = false, command, children, beneath } = props;
  const { isBusy, errors, problem, onSubmit } = useForm(
    [...props.others, ...fields],
    async () => {
      if (read.wrong.length > 0) throw new WrongFields(read.wrong);
      await props.onSend(read.values);
    },
    props.onDone,
  );
  return (
    <form onSubmit={onSubmit} class="annotated">
      {children(errors)}
      <NameField
        label="Flavor"
        value={typed.flavor}
        names={flavors}
        onValue={(flavor) => setTyped((before) => ({ ...before, flavor }))}
        help="What its nodes are launched with."
        error={errorAt(errors, 'flavor')}
      />
      <Recipes typed={typed} setTyped={setTyped} errors={errors} />
      <Marks typed={typed} setTyped={setTyped} errors={errors} />
      {beneath?.(errors)}
      <Command text={command} />
      <Problem of={problem} />
      <button type="submit" class="primary" disabled={isBusy || isIdle}>
        {label}
      </button>
    </form>
  );
}

type PartProps = Pick<FormProps, 'typed' | 'setTyped'> & { readonly errors: readonly FieldError[] };

const boundTo =
  ({ typed, setTyped }: PartProps) =>
  (name: keyof TypedLayer) =>
    bound(typed[name], (value) => setTyped((before) => ({ ...before, [name]: value })));

/** What the nodes are made into. */
function Recipes(props: PartProps) {
  const { errors } = props;
  const field = boundTo(props);
  return (
    <>
      <Field
        label="Run list"
        help="Recipes, one on each line, e.g. recipe[mydb::server]; empty: those of its kind."
        error={errorAt(errors, 'run_list')}
      >
        {(attributes) => <textarea {...attributes} {...field('runList')} rows={3} />}
      </Field>
      <Field
        label="Attributes"
        help='Values for its recipes, as a JSON object, e.g. {"client_max_body_size": "10m"}.'
        error={errorAt(errors, 'attributes')}
      >
        {(attributes) => <textarea {...attributes} {...field('attributes')} rows={4} />}
      </Field>
      <Field label="Environment" help="As in Chef." error={errorAt(errors, 'environment')}>
        {(attributes) => <input {...attributes} {...field('environment')} autocomplete="off" />}
      </Field>
    </>
  );
}

/** What is known of the nodes beside that. */
function Marks(props: PartProps) {
  const { errors } = props;
  const field = boundTo(props);
  return (
    <>
      <Field
        label="Tags"
        help="What its nodes have, for process types to ask for, e.g. disk=ssd zone=a; of layers that run containers."
        error={errorAt(errors, 'tags')}
      >
        {(attributes) => <input {...attributes} {...field('tags')} autocomplete="off" />}
      </Field>
      <Field
        label="Level"
        help="When it converges, lower first; layers of one level converge together."
        error={errorAt(errors, 'level')}
      >
        {(attributes) => <input {...attributes} {...field('level')} inputMode="numeric" autocomplete="off" />}
      </Field>
    </>
  );
}
