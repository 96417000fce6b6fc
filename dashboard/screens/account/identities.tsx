import { useState } from 'preact/hooks';
import {
  goAndLink,
  removeIdentity,
  setFirstPassword,
  type Identities as Listed,
  type Identity,
} from '../../api/people/identity-requests.js';
import { readTotp } from '../../api/people/account-requests.js';
import { useDoing } from '../../parts/action.js';
import { bound, Form } from '../../parts/form.js';
import { Problem, When } from '../../parts/small.js';
import { useLive } from '../../parts/use-live.js';
import { CodeField } from './second-step.js';

interface Props {
  readonly value: Listed | undefined;
  readonly problem: Error | undefined;
  readonly reload: () => void;
}

/** Accounts of the operator's provider that sign this user in; nothing where there is neither. */
export function Identities({ value, problem, reload }: Props) {
  if (value === undefined) return <Problem of={problem} />;
  const { provider, results, has_password: hasPassword } = value;
  if (provider === null && results.length === 0) return null;
  return (
    <>
      <h2>Sign-in with {provider ?? 'a provider'}</h2>
      <Problem of={problem} />
      {!hasPassword && (
        <p>
          You have no password. For <code>deis</code> make a token below, and give it to{' '}
          <code>deis login {location.origin} --token</code>.
        </p>
      )}
      {!hasPassword && <FirstPassword onSet={reload} />}
      <ul class="cards">
        {results.map((each) => (
          <IdentityCard key={each.id} identity={each} onRemoved={reload} />
        ))}
      </ul>
      {provider !== null && hasPassword && <Link provider={provider} />}
    </>
  );
}

function IdentityCard({ identity, onRemoved }: { identity: Identity; onRemoved: () => void }) {
  const { id, label, issuer, created_at: made, last_used_at: used } = identity;
  const { isBusy, problem, run } = useDoing(() => removeIdentity(id), onRemoved);
  return (
    <li>
      <h3>{label}</h3>
      <p class="quiet">
        Of {issuer}, linked <When at={made} />, used <When at={used} />
      </p>
      <Problem of={problem} />
      <button type="button" disabled={isBusy} onClick={run}>
        Unlink {label}
      </button>
    </li>
  );
}

/** The password first: whoever has this session alone makes no way in that stays. */
function Link({ provider }: { provider: string }) {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const { value: totp } = useLive('totp', readTotp);
  const isCodeAsked = totp?.enabled === true;
  return (
    <Form
      label={`Link an account of ${provider}`}
      isIdle={password === '' || (isCodeAsked && code === '')}
      onDo={() => goAndLink({ password, ...(isCodeAsked ? { code } : {}) })}
    >
      <label>
        Your password here
        <input type="password" autocomplete="current-password" {...bound(password, setPassword)} />
      </label>
      {isCodeAsked && (
        <CodeField label="Code of the app, or a recovery code" value={code} onValue={setCode} />
      )}
    </Form>
  );
}

function FirstPassword({ onSet }: { onSet: () => void }) {
  const [password, setPassword] = useState('');
  return (
    <Form
      label="Set a password"
      isIdle={password === ''}
      onDo={() => setFirstPassword(password)}
      onDone={onSet}
    >
      <label>
        New password, at least 8 characters
        <input type="password" autocomplete="new-password" minLength={8} {...bound(password, setPassword)} />
      </label>
    </Form>
  );
}
