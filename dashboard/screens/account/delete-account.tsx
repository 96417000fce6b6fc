import { useRef } from 'preact/hooks';
import { deleteAccount } from '../../api/people/account-requests.js';
import { cliCommands } from '../../api/cli-commands.js';
import { Action } from '../../parts/action.js';

interface Props {
  readonly username: string;
  /** Else there is nothing to show that it is the user who asks. */
  readonly hasPassword: boolean;
}

/** `deis auth:cancel`, with the password as there. */
export function DeleteAccount({ username, hasPassword }: Props) {
  // The field alone holds it, and goes with the dialog.
  const password = useRef<HTMLInputElement>(null);
  return (
    <>
      <h2>End of the account</h2>
      <p class="quiet">
        Formations that you own are destroyed or transferred first. The last platform admin stays as long as
        there are other users, and so does whose flavor a layer of somebody else uses.
      </p>
      {!hasPassword && <p>It takes a password, and you have none: set one above.</p>}
      {hasPassword && (
        <Action
          label="Delete this account"
          confirmName={username}
          command={cliCommands.deleteAccount(username)}
          onDo={async () => {
            await deleteAccount(password.current?.value ?? '');
            location.reload();
          }}
        >
          <p>
            Your SSH keys, passkeys, tokens, flavors and providers are deleted with it, and your roles in
            formations of others end. You are signed out everywhere. Nothing brings it back.
          </p>
          <label>
            The password of this account
            <input type="password" autocomplete="current-password" required ref={password} />
          </label>
        </Action>
      )}
    </>
  );
}
