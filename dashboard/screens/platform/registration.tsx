import { useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import { inviteUser, setRegistration, type RegistrationMode } from '../../api/people/platform-requests.js';
import { readInfo } from '../../api/requests.js';
import { bound, Choice, Form } from '../../parts/form.js';
import { useLive } from '../../parts/use-live.js';

const modes = {
  open: 'everybody',
  invite: 'who has an invitation',
  closed: 'no one',
} as const satisfies Readonly<Record<RegistrationMode, string>>;

/** Who may make an account, and codes for those who are invited. @param onChanged called when that is another */
export function Registration({ onChanged }: { onChanged: () => void }) {
  const { value: info, reload } = useLive('registration', readInfo);
  const [chosen, setChosen] = useState<RegistrationMode>();
  const now = info === undefined || info.registration === 'setup' ? 'invite' : info.registration;
  const mode = chosen ?? now;
  return (
    <section>
      <h2>New users</h2>
      <Invitation />
      <Form
        label="Save who may register"
        command={cliCommands.registration(mode)}
        isIdle={mode === now}
        onDo={() => setRegistration(mode)}
        onDone={() => {
          setChosen(undefined);
          reload();
          onChanged();
        }}
      >
        <Choice label="May register" value={mode} of={modes} onValue={setChosen} />
      </Form>
    </section>
  );
}

function Invitation() {
  const [email, setEmail] = useState('');
  const [made, setMade] = useState<{ readonly code: string; readonly expires_at: string }>();
  return (
    <Form
      label="Make an invitation"
      command={cliCommands.invite(email)}
      onDo={async () => setMade(await inviteUser(email))}
    >
      {made === undefined ? (
        <label>
          E-mail address, to remember whom it is for
          <input {...bound(email, setEmail)} type="email" maxLength={254} placeholder="optional" />
          <small class="quiet">A code lets one person register within a week.</small>
        </label>
      ) : (
        <div class="notice good" role="status">
          <p>
            Good for one person until {new Date(made.expires_at).toLocaleString()}. It is shown only now:{' '}
            <code>
              deis register {location.origin} --code={made.code}
            </code>
          </p>
        </div>
      )}
    </Form>
  );
}
