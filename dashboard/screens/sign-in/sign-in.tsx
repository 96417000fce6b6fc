import { useEffect, useRef, useState } from 'preact/hooks';
import type { Info, User } from '../../api/types.js';
import { Refusal } from '../../api/client.js';
import { register, signIn } from '../../api/requests.js';
import { useDoing } from '../../parts/action.js';
import { Problem } from '../../parts/small.js';
import { PasskeySignIn } from './passkey-sign-in.js';
import { ProviderButton } from './provider-button.js';

interface Props {
  readonly info: Info;
  /** It ended while the page was open. */
  readonly isAgain: boolean;
  /** What went wrong with a provider, from which the browser comes back. */
  readonly setback: Error | undefined;
  readonly onSignedIn: (user: User) => void;
}

/** By password, by a passkey, or with a provider; on a controller without users it makes the first account. */
export function SignIn({ info, isAgain, setback, onSignedIn }: Props) {
  const isFirst = info.registration === 'setup';
  return (
    <main class="narrow">
      <h1>{isFirst ? 'Welcome to Deis' : 'Sign in'}</h1>
      {isAgain && <p class="notice">Your session has ended. Sign in to go on where you were.</p>}
      <Problem of={setback} />
      {isFirst ? <FirstUser onSignedIn={onSignedIn} /> : <Password onSignedIn={onSignedIn} />}
      {!isFirst && <PasskeySignIn info={info} onSignedIn={onSignedIn} />}
      {!isFirst && info.oidc !== null && <ProviderButton name={info.oidc.name} />}
      <p class="quiet">
        Deis Classic {info.version}, <a href="/api/docs">its API</a>
      </p>
    </main>
  );
}

type Entered = Pick<Props, 'onSignedIn'>;

function Password({ onSignedIn }: Entered) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  // Undefined: the account asks for none, as far as is known.
  const [code, setCode] = useState<string>();
  const { isBusy, problem, run } = useDoing(async () => {
    try {
      onSignedIn((await signIn(username, password, code)).user);
    } catch (error) {
      if (!(error instanceof Refusal) || error.kind !== 'code-needed') throw error;
      setCode('');
    }
  });
  return (
    <Form label="Sign in" isBusy={isBusy} problem={problem} onSubmit={run}>
      <label>
        Username
        <input {...bound(username, setUsername)} autocomplete="username" />
      </label>
      <label>
        Password
        <input type="password" {...bound(password, setPassword)} autocomplete="current-password" />
      </label>
      {code !== undefined && <Code value={code} onValue={setCode} />}
    </Form>
  );
}

/** Asked for when the password was right; the keyboard is there at once. */
function Code({ value, onValue }: { value: string; onValue: (value: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <label>
      Code of your authenticator app
      <input {...bound(value, onValue)} ref={field} autocomplete="one-time-code" maxLength={64} />
      <small class="quiet">
        Or one of your recovery codes. With neither, an operator of the controller helps.
      </small>
    </label>
  );
}

function FirstUser({ onSignedIn }: Entered) {
  const [fields, setFields] = useState({ username: '', email: '', password: '', code: '' });
  const { isBusy, problem, run } = useDoing(async () => {
    const { code, ...account } = fields;
    await register({ ...account, ...(code === '' ? {} : { code }) });
    onSignedIn((await signIn(fields.username, fields.password)).user);
  });
  const field = (name: keyof typeof fields) =>
    bound(fields[name], (value) => setFields({ ...fields, [name]: value }));
  return (
    <Form label="Make the first account" isBusy={isBusy} problem={problem} onSubmit={run}>
      <p>
        There is no account here yet. The first one is the platform's admin and invites all others. In a
        terminal <code>deis register {location.origin}</code> does the same.
      </p>
      <label>
        Username
        <input {...field('username')} autocomplete="username" />
      </label>
      <label>
        E-mail address
        <input type="email" {...field('email')} autocomplete="email" />
      </label>
      <label>
        Password, at least 8 characters
        <input type="password" {...field('password')} autocomplete="new-password" minLength={8} />
      </label>
      <label>
        Setup code
        <input {...field('code')} required={false} autocomplete="off" />
        <small class="quiet">
          The last lines of the controller's log have it. Where only its own machine can reach it, none is
          needed.
        </small>
      </label>
    </Form>
  );
}

interface FormProps {
  readonly label: string;
  readonly isBusy: boolean;
  readonly problem: Error | undefined;
  readonly onSubmit: () => void;
  readonly children: preact.ComponentChildren;
}

function Form({ label, isBusy, problem, onSubmit, children }: FormProps) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
      <Problem of={problem} />
      <button type="submit" class="primary" disabled={isBusy}>
        {label}
      </button>
    </form>
  );
}

/** A text field's value, and what is done with what is typed. */
function bound(value: string, onValue: (value: string) => void) {
  return {
    value,
    required: true,
    autocapitalize: 'none',
    spellcheck: false,
    onInput: ({ currentTarget }: { currentTarget: HTMLInputElement }) => onValue(currentTarget.value),
  } as const;
}
