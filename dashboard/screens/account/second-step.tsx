import { useState } from 'preact/hooks';
import {
  beginTotp,
  confirmTotp,
  disableTotp,
  readTotp,
  type TotpSecret,
} from '../../api/people/account-requests.js';
import { bound, Form } from '../../parts/form.js';
import { Loading, Problem, When } from '../../parts/small.js';
import { useLive } from '../../parts/use-live.js';
import { QrCode } from './qr-code.js';

/** The second step of the sign-in: a code of an authenticator app. */
export function SecondStep() {
  const { value, problem, reload } = useLive('totp', readTotp);
  const [secret, setSecret] = useState<TotpSecret>();
  const [codes, setCodes] = useState<readonly string[]>();
  return (
    <>
      <h2>Authenticator app</h2>
      <Problem of={problem} />
      {value === undefined && problem === undefined && <Loading what="how you sign in" />}
      {codes !== undefined && <RecoveryCodes codes={codes} />}
      {value?.enabled === true && (
        <>
          <p>
            Your sign-in asks for a code of the app since <When at={value.since} />. {value.recovery_codes}{' '}
            recovery codes are left.
          </p>
          <Disable
            onDisabled={() => {
              setCodes(undefined);
              reload();
            }}
          />
        </>
      )}
      {value?.enabled === false && secret === undefined && <Enable onBegun={setSecret} />}
      {value?.enabled === false && secret !== undefined && (
        <Confirm
          secret={secret}
          onConfirmed={(made) => {
            setCodes(made);
            setSecret(undefined);
            reload();
          }}
        />
      )}
    </>
  );
}

function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  return (
    <div class="notice good" role="status">
      <p>Keep these recovery codes: each signs you in once without the app. They are shown only now.</p>
      <ul>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Enable({ onBegun }: { onBegun: (secret: TotpSecret) => void }) {
  const [password, setPassword] = useState('');
  return (
    <Form
      label="Set up an app"
      command="deis auth:totp enable"
      isIdle={password === ''}
      onDo={async () => onBegun(await beginTotp(password))}
    >
      <PasswordField value={password} onValue={setPassword} />
    </Form>
  );
}

interface ConfirmProps {
  readonly secret: TotpSecret;
  readonly onConfirmed: (codes: readonly string[]) => void;
}

function Confirm({ secret: { secret, uri }, onConfirmed }: ConfirmProps) {
  const [code, setCode] = useState('');
  return (
    <>
      <p>Let the app read this, or type the secret into it. Then type the code that it shows.</p>
      <QrCode text={uri} label="The secret as a QR code" />
      <p>
        <code>{secret}</code>
      </p>
      <Form
        label="Confirm"
        isIdle={code === ''}
        onDo={async () => onConfirmed((await confirmTotp(code)).recovery_codes)}
      >
        <CodeField label="Code that the app shows" value={code} onValue={setCode} />
      </Form>
    </>
  );
}

function Disable({ onDisabled }: { onDisabled: () => void }) {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  return (
    <Form
      label="Ask for no code any more"
      command="deis auth:totp disable"
      isIdle={password === '' || code === ''}
      onDo={() => disableTotp(password, code)}
      onDone={onDisabled}
    >
      <PasswordField value={password} onValue={setPassword} />
      <CodeField label="Code, or a recovery code" value={code} onValue={setCode} />
    </Form>
  );
}

interface FieldProps {
  readonly value: string;
  readonly onValue: (value: string) => void;
}

function PasswordField({ value, onValue }: FieldProps) {
  return (
    <label>
      Your password
      <input type="password" autocomplete="current-password" {...bound(value, onValue)} />
    </label>
  );
}

/** Of a code of the app, or a recovery code. */
export function CodeField({ label, value, onValue }: FieldProps & { label: string }) {
  return (
    <label>
      {label}
      <input autocomplete="one-time-code" maxLength={64} {...bound(value, onValue)} />
    </label>
  );
}
