import { hasPasskeys, signInByPasskey } from '../../api/people/passkey-requests.js';
import type { Info, User } from '../../api/types.js';
import { useDoing } from '../../parts/action.js';
import { Problem } from '../../parts/small.js';

interface Props {
  readonly info: Info;
  readonly onSignedIn: (user: User) => void;
}

/** The way in without a username; nothing where this page may use no passkeys. */
export function PasskeySignIn({ info, onSignedIn }: Props) {
  const { isBusy, problem, run } = useDoing(async () => onSignedIn((await signInByPasskey()).user));
  if (!hasPasskeys(info)) return null;
  return (
    <>
      <p>
        <button type="button" disabled={isBusy} onClick={run}>
          Use a passkey
        </button>
      </p>
      <Problem of={problem} />
    </>
  );
}
