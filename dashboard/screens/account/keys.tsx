import { useState } from 'preact/hooks';
import { addKey, listKeys, removeKey } from '../../api/people/account-requests.js';
import { cliCommands } from '../../api/cli-commands.js';
import type { Key } from '../../api/types.js';
import { Action } from '../../parts/action.js';
import { errorAt } from '../../parts/field-errors.js';
import { Field } from '../../parts/field.js';
import { bound } from '../../parts/form.js';
import { Opened } from '../../parts/opened.js';
import { Command, Loading, More, Problem, When } from '../../parts/small.js';
import { useForm } from '../../parts/use-form.js';
import { useLive } from '../../parts/use-live.js';
import { pastedNow, privateKeyRefusal, type Pasted } from './public-key.js';

/** Keys for git: the controller has their public halves. */
export function Keys() {
  const { value, problem, reload } = useLive('keys', listKeys);
  return (
    <>
      <h2>SSH keys</h2>
      <Problem of={problem} />
      {value === undefined && problem === undefined && <Loading what="your SSH keys" />}
      <p class="quiet">
        <code>git push</code> goes over SSH: anyone with the private half of one of these keys pushes as you.
      </p>
      {value?.count === 0 && <p>You have none yet.</p>}
      <ul class="cards">
        {value?.results.map((key) => (
          <KeyCard key={key.id} of={key} onRemoved={reload} />
        ))}
      </ul>
      {value !== undefined && <More shown={value.results.length} count={value.count} />}
      {value !== undefined && (
        <Opened label="Add an SSH key" onDone={reload}>
          {(onDone) => <NewKey onDone={onDone} />}
        </Opened>
      )}
    </>
  );
}

function KeyCard({
  of: { id, fingerprint, created_at: added },
  onRemoved,
}: {
  of: Key;
  onRemoved: () => void;
}) {
  return (
    <li>
      <h3>{id}</h3>
      <p>
        <code>{fingerprint}</code>
      </p>
      <p class="quiet">
        Added <When at={added} />
      </p>
      <Action
        label={`Remove key ${id}`}
        command={cliCommands.removeKey(id)}
        onDo={() => removeKey(id).then(onRemoved)}
      >
        <p>It pushes no more from now on. What was pushed with it stays.</p>
      </Action>
    </li>
  );
}

function NewKey({ onDone }: { onDone: () => void }) {
  const [id, setId] = useState('');
  const [pasted, setPasted] = useState<Pasted>({ text: '', isPrivate: false });
  const { isBusy, errors, problem, onSubmit } = useForm(
    ['id', 'public'],
    () => addKey({ public: pasted.text.trim(), ...(id === '' ? {} : { id }) }),
    onDone,
  );
  return (
    <form class="annotated" onSubmit={onSubmit}>
      <PublicKeyField
        pasted={pasted}
        error={errorAt(errors, 'public')}
        onPaste={(now) => setPasted((before) => pastedNow(before, now))}
      />
      <Field label="Name of the key" help="Empty: the comment at its end." error={errorAt(errors, 'id')}>
        {(attributes) => (
          <input
            {...attributes}
            {...bound(id, setId)}
            maxLength={100}
            autocomplete="off"
            placeholder="ada@laptop"
          />
        )}
      </Field>
      <Command text={cliCommands.addKey(id)} />
      <Problem of={problem} />
      <button type="submit" class="primary" disabled={isBusy || pasted.text === ''}>
        Add key
      </button>
    </form>
  );
}

interface PastedProps {
  readonly pasted: Pasted;
  readonly error: string | undefined;
  readonly onPaste: (now: string) => void;
}

/** A private key that is pasted is out of the page at once, and never sent. */
function PublicKeyField({ pasted: { text, isPrivate }, error, onPaste }: PastedProps) {
  return (
    <Field
      label="Public key"
      help={
        <>
          The one line of <code>~/.ssh/id_ed25519.pub</code>. Where there is no such file,{' '}
          <code>ssh-keygen -t ed25519</code> makes it.
        </>
      }
      error={isPrivate ? privateKeyRefusal : error}
    >
      {(attributes) => (
        <textarea {...attributes} {...bound(text, onPaste)} rows={4} required autocomplete="off" />
      )}
    </Field>
  );
}
