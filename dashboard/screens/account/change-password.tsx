import { useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import { changePassword } from '../../api/people/account-requests.js';
import { bound, Form } from '../../parts/form.js';

/** `deis auth:passwd`: this session stays, all others and all tokens end. */
export function ChangePassword() {
  const [before, setBefore] = useState('');
  const [after, setAfter] = useState('');
  const [isChanged, setChanged] = useState(false);
  return (
    <>
      <h2>Password</h2>
      <p class="quiet">You stay signed in here. All other sessions end, and your tokens with them.</p>
      <Form
        label="Change the password"
        command={cliCommands.changePassword()}
        isIdle={before === '' || after === ''}
        onDo={() => changePassword(before, after)}
        onDone={() => {
          setBefore('');
          setAfter('');
          setChanged(true);
        }}
      >
        <label>
          The password as it is
          <input type="password" autocomplete="current-password" {...bound(before, setBefore)} />
        </label>
        <label>
          A new one, at least 8 characters
          <input type="password" autocomplete="new-password" minLength={8} {...bound(after, setAfter)} />
        </label>
      </Form>
      {isChanged && (
        <p class="notice good" role="status">
          It is changed.
        </p>
      )}
    </>
  );
}
