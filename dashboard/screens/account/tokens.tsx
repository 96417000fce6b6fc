import { useState } from 'preact/hooks';
import { createToken, listTokens, revokeToken } from '../../api/people/account-requests.js';
import { cliCommands } from '../../api/cli-commands.js';
import { listFormations } from '../../api/requests.js';
import type { NewToken, Token } from '../../api/types.js';
import { Action } from '../../parts/action.js';
import { bound, Choice, Form } from '../../parts/form.js';
import { Loading, More, Problem, State, When } from '../../parts/small.js';
import { useLive } from '../../parts/use-live.js';

/** Tokens of programs; those that a sign-in made are sessions. */
export function Tokens() {
  const { value, problem, reload } = useLive('tokens', listTokens);
  const [made, setMade] = useState<NewToken>();
  const own = value?.results.filter(({ session }) => !session) ?? [];
  return (
    <>
      <h2>Tokens for programs</h2>
      <Problem of={problem} />
      {value === undefined && problem === undefined && <Loading what="your tokens" />}
      {value !== undefined && own.length === 0 && <p>There is none.</p>}
      {made !== undefined && <Made token={made} />}
      <ul class="cards">
        {own.map((token) => (
          <TokenCard key={token.id} token={token} onRevoked={reload} />
        ))}
      </ul>
      {value !== undefined && <More shown={value.results.length} count={value.count} />}
      <NewTokenForm
        onMade={(token) => {
          setMade(token);
          reload();
        }}
      />
    </>
  );
}

function Made({ token: { name, token } }: { token: NewToken }) {
  return (
    <div class="notice good" role="status">
      <p>The token {name} is shown only now. Keep it where its program finds it.</p>
      <p>
        <code>{token}</code>
      </p>
    </div>
  );
}

function TokenCard({ token, onRevoked }: { token: Token; onRevoked: () => void }) {
  const { id, name, scope, formation, created_at: made, last_used_at: used, expires_at: end } = token;
  return (
    <li>
      <h3>
        {name} <State name={formation === null ? scope : `${scope} ${formation}`} />
      </h3>
      <p class="quiet">
        Made <When at={made} />, used <When at={used} />,{' '}
        {end === null ? 'good until it is revoked' : `good until ${new Date(end).toLocaleString()}`}
      </p>
      <Action
        label={`Revoke ${name}`}
        command={cliCommands.revokeToken(id)}
        onDo={() => revokeToken(id).then(onRevoked)}
      >
        <p>Whatever uses it is refused from then on.</p>
      </Action>
    </li>
  );
}

const scopes = {
  all: 'all that you may do',
  read: 'read, without values of config',
  deploy: 'deploy one formation',
} as const satisfies Readonly<Record<Token['scope'], string>>;

const empty = { name: '', scope: 'all' as Token['scope'], formation: '', days: '' };

function NewTokenForm({ onMade }: { onMade: (token: NewToken) => void }) {
  const [typed, setTyped] = useState(empty);
  const { name, scope, formation, days } = typed;
  return (
    <Form
      label="Make token"
      command={cliCommands.createToken(name, scope, formation, days)}
      isIdle={name === '' || (scope === 'deploy' && formation === '')}
      onDo={async () => {
        const more = { ...(scope === 'deploy' && { formation }), ...(days !== '' && { days: Number(days) }) };
        onMade(await createToken({ name, scope, ...more }));
        setTyped(empty);
      }}
    >
      <label>
        Name of the token
        <input
          {...bound(name, (value) => setTyped({ ...typed, name: value }))}
          maxLength={100}
          autocomplete="off"
        />
      </label>
      <Choice
        label="It may"
        value={scope}
        of={scopes}
        onValue={(value) => setTyped({ ...typed, scope: value })}
      />
      {scope === 'deploy' && (
        <FormationChoice value={formation} onValue={(value) => setTyped({ ...typed, formation: value })} />
      )}
      <Days value={days} onValue={(value) => setTyped({ ...typed, days: value })} />
    </Form>
  );
}

interface FieldProps {
  readonly value: string;
  readonly onValue: (value: string) => void;
}

function Days({ value, onValue }: FieldProps) {
  return (
    <label>
      Days it is good
      <input {...bound(value, onValue)} type="number" min={1} max={3650} placeholder="no end" />
    </label>
  );
}

function FormationChoice({ value, onValue }: FieldProps) {
  const { value: listed } = useLive('formations of tokens', listFormations);
  const names = listed?.results.map(({ id }) => [id, id]) ?? [];
  return (
    <Choice
      label="Formation"
      value={value}
      of={Object.fromEntries([['', 'choose one'], ...names]) as Record<string, string>}
      onValue={onValue}
    />
  );
}
