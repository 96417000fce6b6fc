import { useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import { changeTags, type Tagged } from '../../api/app/setting-requests.js';
import type { Tags as TagsJson } from '../../api/types.js';
import { errorAt } from '../../parts/field-errors.js';
import { Field } from '../../parts/field.js';
import { bound } from '../../parts/form.js';
import { goToOperation } from '../../parts/route.js';
import { Command, Fact, Problem } from '../../parts/small.js';
import { useForm, WrongFields } from '../../parts/use-form.js';
import { fieldOf, tagChanges, typedOfTypes, type TypedTags } from './tag-edits.js';

interface TagsProps {
  readonly formation: string;
  readonly read: Tagged<TagsJson>;
  readonly types: readonly string[];
  /** What its nodes have: `disk=ssd`. */
  readonly offered: readonly string[];
  readonly mayChange: boolean;
}

/** What process types ask of the nodes that their containers are placed on. */
export function Tags({ formation, read, types, offered, mayChange }: TagsProps) {
  const before = typedOfTypes(read.value, types);
  const isKnown = Object.keys(before).length > 0;
  return (
    <section>
      <h2>Nodes by tags</h2>
      <p class="quiet">
        Containers of a process type run on nodes with all tags that it asks for, and on any where it asks for
        none.{' '}
        {offered.length === 0 ? 'The nodes here have no tags.' : `Nodes here have ${offered.join(', ')}.`}
      </p>
      {!isKnown && <p>There are no process types before the first push.</p>}
      {!mayChange && <Shown tags={before} />}
      {mayChange && isKnown && <TagForm formation={formation} before={before} tag={read.tag} />}
    </section>
  );
}

interface FormProps {
  readonly formation: string;
  readonly before: TypedTags;
  /** Of what was read. */
  readonly tag: string;
}

function TagForm({ formation, before, tag }: FormProps) {
  const [typed, setTyped] = useState(before);
  const { changes, wrong } = tagChanges(before, typed);
  const types = Object.keys(before);
  const { isBusy, errors, problem, onSubmit } = useForm(types.map(fieldOf), async () => {
    if (wrong.length > 0) throw new WrongFields(wrong);
    await goToOperation(changeTags(formation, changes ?? {}, tag));
  });
  return (
    <form onSubmit={onSubmit} class="annotated">
      {types.map((type) => (
        <Field key={type} label={`Nodes for ${type}`} error={errorAt(errors, fieldOf(type))}>
          {(attributes) => (
            <input
              {...attributes}
              {...bound(typed[type] ?? '', (text) => setTyped({ ...typed, [type]: text }))}
              placeholder="any, e.g. disk=ssd zone=a"
              autocomplete="off"
            />
          )}
        </Field>
      ))}
      {changes !== undefined && <Command text={cliCommands.setTags(formation, changes)} />}
      <Problem of={problem} />
      <button
        type="submit"
        class="primary"
        disabled={isBusy || (changes === undefined && wrong.length === 0)}
      >
        Save tags and deploy
      </button>
    </form>
  );
}

function Shown({ tags }: { tags: TypedTags }) {
  return (
    <dl class="facts">
      {Object.entries(tags).map(([type, text]) => (
        <Fact name={`Nodes for ${type}`} key={type}>
          {text || 'any'}
        </Fact>
      ))}
    </dl>
  );
}
