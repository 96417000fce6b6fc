import { useState } from 'preact/hooks';
import { addHook, removeHook } from '../../api/app/alert-requests.js';
import type { Listed } from '../../api/asked.js';
import { cliCommands } from '../../api/cli-commands.js';
import type { Hook, NewHook } from '../../api/types.js';
import { Action } from '../../parts/action.js';
import { Field, TextField } from '../../parts/field.js';
import { errorAt } from '../../parts/field-errors.js';
import { bound } from '../../parts/form.js';
import { Opened } from '../../parts/opened.js';
import { Command, More, Problem, When } from '../../parts/small.js';
import { useForm } from '../../parts/use-form.js';
import { Deliveries } from './deliveries.js';

interface HooksProps {
  readonly formation: string;
  readonly hooks: Listed<Hook>;
  readonly mayChange: boolean;
  readonly onChanged: () => void;
}

/** Who is told of alerts. */
export function Hooks({ formation, hooks, mayChange, onChanged }: HooksProps) {
  const [made, setMade] = useState<NewHook>();
  return (
    <section>
      <h2>Hooks</h2>
      {hooks.count === 0 && <p>There is none: what rules find is shown above, and sent nowhere.</p>}
      {made !== undefined && <Made hook={made} />}
      <ul class="cards">
        {hooks.results.map((hook) => (
          <HookCard key={hook.name} {...{ formation, hook, mayChange, onChanged }} />
        ))}
      </ul>
      <More shown={hooks.results.length} count={hooks.count} />
      {mayChange && (
        <Opened label="New hook" onDone={onChanged}>
          {(onDone) => (
            <HookForm
              formation={formation}
              onMade={(hook) => {
                setMade(hook);
                onDone();
              }}
            />
          )}
        </Opened>
      )}
    </section>
  );
}

function Made({ hook: { name, host, secret } }: { hook: NewHook }) {
  return (
    <div class="notice good" role="status">
      {secret === null ? (
        <p>
          Alerts are mailed to an address of {host.slice(1)}, by the hook {name}.
        </p>
      ) : (
        <>
          <p>This secret signs what the hook {name} is sent. It is shown only now.</p>
          <p>
            <code>{secret}</code>
          </p>
        </>
      )}
    </div>
  );
}

type CardProps = Omit<HooksProps, 'hooks'> & { readonly hook: Hook };

function HookCard({ formation, hook: { name, host, created_at: at }, mayChange, onChanged }: CardProps) {
  return (
    <li>
      <h3>{name}</h3>
      <p>
        {host.startsWith('@') ? `mails to an address of ${host.slice(1)}` : `to ${host}`}
        <span class="quiet">
          , since <When at={at} />
        </span>
      </p>
      <Opened label={`Deliveries of ${name}`} onDone={() => undefined}>
        {() => <Deliveries formation={formation} hook={name} mayChange={mayChange} />}
      </Opened>
      {mayChange && (
        <Action
          label={`Remove hook ${name}`}
          command={cliCommands.removeHook(formation, name)}
          onDo={() => removeHook(formation, name).then(onChanged)}
        >
          <p>It is sent nothing more, and what it was sent is forgotten.</p>
        </Action>
      )}
    </li>
  );
}

function HookForm({ formation, onMade }: { formation: string; onMade: (hook: NewHook) => void }) {
  const [url, setUrl] = useState('');
  const [name, setName] = useState('');
  const { isBusy, errors, problem, onSubmit } = useForm(['url', 'name'], async () =>
    onMade(await addHook(formation, { url: url.trim(), ...(name !== '' && { name }) })),
  );
  return (
    <form onSubmit={onSubmit} class="annotated">
      <TextField
        label="URL"
        value={url}
        onValue={setUrl}
        help="Alerts are sent there, signed; or mailed to mailto:ADDRESS. Only its host is shown afterwards."
        error={errorAt(errors, 'url')}
      />
      <Field label="Name" help="Empty: default." error={errorAt(errors, 'name')}>
        {(attributes) => <input {...attributes} {...bound(name, setName)} autocomplete="off" />}
      </Field>
      <Command text={cliCommands.addHook(formation, url.trim(), name)} />
      <Problem of={problem} />
      <button type="submit" class="primary" disabled={isBusy}>
        Add hook
      </button>
    </form>
  );
}
