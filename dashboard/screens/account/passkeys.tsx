import { useState } from 'preact/hooks';
import { readTotp } from '../../api/people/account-requests.js';
import { cliCommands } from '../../api/cli-commands.js';
import {
  addPasskey,
  hasPasskeys,
  listPasskeys,
  removePasskey,
  type Passkey,
} from '../../api/people/passkey-requests.js';
import { readInfo } from '../../api/requests.js';
import type { Info } from '../../api/types.js';
import { Action } from '../../parts/action.js';
import { bound, Form } from '../../parts/form.js';
import { Opened } from '../../parts/opened.js';
import { Loading, More, Problem, When } from '../../parts/small.js';
import { useLive } from '../../parts/use-live.js';
import { CodeField } from './second-step.js';

const read = () => Promise.all([listPasskeys(), readInfo(), readTotp()]);

/** What signs in without the password: a device, with its owner's finger or PIN. */
export function Passkeys() {
  const { value, problem, reload } = useLive('passkeys', read);
  const [list, info, totp] = value ?? [];
  return (
    <>
      <h2>Passkeys</h2>
      <Problem of={problem} />
      {value === undefined && problem === undefined && <Loading what="your passkeys" />}
      <p class="quiet">
        A passkey of a device or of a password manager signs you in here, without a username, the password or
        a code. Your password stays.
      </p>
      {list?.count === 0 && <p>There is none.</p>}
      <ul class="cards">
        {list?.results.map((passkey) => (
          <PasskeyCard key={passkey.id} passkey={passkey} onRemoved={reload} />
        ))}
      </ul>
      {list !== undefined && <More shown={list.results.length} count={list.count} />}
      {info !== undefined && !hasPasskeys(info) && <Elsewhere info={info} />}
      {info !== undefined && hasPasskeys(info) && (
        <Opened label="Add a passkey" onDone={reload}>
          {(onDone) => <NewPasskey isCodeAsked={totp?.enabled === true} onDone={onDone} />}
        </Opened>
      )}
    </>
  );
}

/** Why none can be added here. */
function Elsewhere({ info: { passkeys } }: { info: Info }) {
  if (passkeys === location.origin) return <p>This browser has no passkeys.</p>;
  return passkeys === null ? (
    <p>
      Passkeys need HTTPS and a name, and the address of this controller has not both: its operator sets{' '}
      <code>DEIS_TLS_DOMAIN</code> or <code>DEIS_PUBLIC_URL</code>.
    </p>
  ) : (
    <p>
      Passkeys are added and used at <a href={`${passkeys}/#/account`}>{passkeys}</a> alone, and this page is
      at {location.origin}.
    </p>
  );
}

function PasskeyCard({ passkey, onRemoved }: { passkey: Passkey; onRemoved: () => void }) {
  const { id, domain } = passkey;
  return (
    <li>
      <h3>{id}</h3>
      <p class="quiet">
        Added <When at={passkey.created_at} />, used <When at={passkey.last_used_at} />
        {domain !== location.hostname && <>, good at {domain} alone</>}
      </p>
      <Action
        label={`Remove ${id}`}
        command={cliCommands.removePasskey(id)}
        onDo={() => removePasskey(id).then(onRemoved)}
      >
        <p>It signs you in no more, and the browsers where it did are signed out, but for this one.</p>
      </Action>
    </li>
  );
}

function NewPasskey({ isCodeAsked, onDone }: { isCodeAsked: boolean; onDone: () => void }) {
  const [id, setId] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  return (
    <Form
      label="Make the passkey"
      isIdle={id === '' || password === '' || (isCodeAsked && code === '')}
      onDo={() => addPasskey({ id, password, ...(isCodeAsked ? { code } : {}) })}
      onDone={onDone}
    >
      <label>
        Name of the passkey
        <input autocomplete="off" maxLength={100} placeholder="laptop" {...bound(id, setId)} />
      </label>
      <label>
        The password once more
        <input type="password" autocomplete="current-password" {...bound(password, setPassword)} />
      </label>
      {isCodeAsked && (
        <CodeField label="Code of the app, or a recovery code" value={code} onValue={setCode} />
      )}
    </Form>
  );
}
