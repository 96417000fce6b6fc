import type { Session, User } from '../../api/types.js';
import { listIdentities } from '../../api/people/identity-requests.js';
import { endSession, listSessions } from '../../api/requests.js';
import { useDoing } from '../../parts/action.js';
import { Loading, Problem, State, When } from '../../parts/small.js';
import { useLive } from '../../parts/use-live.js';
import { ChangePassword } from './change-password.js';
import { DeleteAccount } from './delete-account.js';
import { Identities } from './identities.js';
import { Keys } from './keys.js';
import { Passkeys } from './passkeys.js';
import { SecondStep } from './second-step.js';
import { Tokens } from './tokens.js';

/** Who is signed in, and where. */
export function Account({ user }: { user: User }) {
  const { value, problem, reload } = useLive('sessions', listSessions);
  const identities = useLive('identities', listIdentities);
  return (
    <>
      <h1>{user.username}</h1>
      <p>
        {user.email}
        {user.is_admin && ', platform admin'}
      </p>
      <Keys />
      {identities.value?.has_password !== false && <ChangePassword />}
      {identities.value?.has_password !== false && <SecondStep />}
      <Passkeys />
      <Identities {...identities} />
      <Tokens />
      <h2>Where you are signed in</h2>
      <p class="quiet">
        A session ends after a day without use, after two weeks, and when your password changes. It is no
        token: <code>deis auth:regenerate</code> changes that of <code>deis</code>.
      </p>
      <Problem of={problem} />
      {value === undefined && <Loading what="your sessions" />}
      <ul class="cards">
        {value?.results.map((session) => (
          <SessionRow key={session.id} session={session} onEnded={reload} />
        ))}
      </ul>
      <DeleteAccount username={user.username} hasPassword={identities.value?.has_password !== false} />
    </>
  );
}

function SessionRow({ session, onEnded }: { session: Session; onEnded: () => void }) {
  const { isBusy, problem, run } = useDoing(() => endSession(String(session.id)), onEnded);
  return (
    <li>
      <p>
        {session.browser} {session.current && <State name="this one" mood="good" />}
      </p>
      <p class="quiet">
        Signed in {session.passkey !== null && <>by passkey {session.passkey} </>}
        <When at={session.created_at} />, used <When at={session.last_used_at} />
      </p>
      <Problem of={problem} />
      {!session.current && (
        <button type="button" disabled={isBusy} onClick={run}>
          Sign out there
        </button>
      )}
    </li>
  );
}
