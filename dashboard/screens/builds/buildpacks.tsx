import { useState } from 'preact/hooks';
import { setBuildpacks } from '../../api/app/build-requests.js';
import { cliCommands } from '../../api/cli-commands.js';
import type { Tagged } from '../../api/app/setting-requests.js';
import type { Buildpacks } from '../../api/types.js';
import { Field } from '../../parts/field.js';
import { errorAt } from '../../parts/field-errors.js';
import { bound } from '../../parts/form.js';
import { Opened } from '../../parts/opened.js';
import { Command, Problem } from '../../parts/small.js';
import { useForm } from '../../parts/use-form.js';
import { givenBuildpacks } from './build-rows.js';

export function BuildpackList({ buildpacks }: { buildpacks: readonly string[] }) {
  if (buildpacks.length === 0)
    return <p>None are set: the app says by which it is built, or its files do.</p>;
  return (
    <ol>
      {buildpacks.map((each, place) => (
        <li key={`${place} ${each}`}>
          <code>{each}</code>
        </li>
      ))}
    </ol>
  );
}

interface ChangeProps {
  readonly formation: string;
  readonly read: Tagged<Buildpacks>;
  readonly onChanged: () => void;
}

export function ChangeBuildpacks({ formation, read, onChanged }: ChangeProps) {
  return (
    <Opened label="Change buildpacks" onDone={onChanged}>
      {(onDone) => <BuildpackForm formation={formation} read={read} onDone={onDone} />}
    </Opened>
  );
}

function BuildpackForm({ formation, read, onDone }: Omit<ChangeProps, 'onChanged'> & { onDone: () => void }) {
  // As it was when the form was opened: what somebody else changes meanwhile is not overwritten.
  const [{ value, tag }] = useState(read);
  const [text, setText] = useState(value.buildpacks.join('\n'));
  const given = givenBuildpacks(text);
  const { isBusy, errors, problem, onSubmit } = useForm(
    ['buildpacks'],
    () => setBuildpacks(formation, given, tag),
    onDone,
  );
  return (
    <form onSubmit={onSubmit} class="annotated">
      <Field
        label="One buildpack a line"
        help={
          `They run in this order, from the next push on. A name (${value.available.join(', ')}), the URL of a ` +
          'git repository with #REF, of a .tgz, or ./FOLDER of the app. None: the app says, or its files do.'
        }
        error={errorAt(errors, 'buildpacks')}
      >
        {(attributes) => <textarea {...attributes} {...bound(text, setText)} rows={4} />}
      </Field>
      <Command text={cliCommands.setBuildpacks(formation, given)} />
      <Problem of={problem} />
      <button type="submit" class="primary" disabled={isBusy}>
        Set buildpacks
      </button>
    </form>
  );
}
