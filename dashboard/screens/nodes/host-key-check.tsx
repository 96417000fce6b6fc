import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { HostKey } from '../../api/types.js';
import { Form } from '../../parts/form.js';

interface CheckProps {
  /** Whose key it is: with another one, what was shown is forgotten. */
  readonly of: string;
  /** Nothing is there to be asked yet. */
  readonly isIdle?: boolean;
  readonly read: () => Promise<HostKey>;
  /** What the button says that trusts the key: a verb first. */
  readonly label: string;
  /** The command of `deis` that does the same. */
  readonly command: string;
  /** @param key in OpenSSH form */
  readonly onConfirmed: (key: string) => Promise<unknown>;
  readonly onDone?: () => void;
  /** What says whom to ask. */
  readonly children?: ComponentChildren;
}

/** A host's SSH key, which somebody compares on the host itself before anything trusts it. */
export function HostKeyCheck(props: CheckProps) {
  const { of, isIdle = false, read, label, command, onConfirmed, onDone, children } = props;
  const [seen, setSeen] = useState<{ readonly of: string; readonly key: HostKey }>();
  const key = seen?.of === of ? seen.key : undefined;
  return (
    <>
      <Form label="Show its host key" isIdle={isIdle} onDo={async () => setSeen({ of, key: await read() })}>
        {children}
      </Form>
      {key !== undefined && (
        <Form
          label={label}
          command={command}
          onDo={() => onConfirmed(key.host_key)}
          {...(onDone === undefined ? {} : { onDone })}
        >
          <div role="status">
            <p>
              It shows <code>{key.fingerprint}</code>. Compare this on the host itself:
            </p>
            <p>
              <code>ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub</code>
            </p>
          </div>
        </Form>
      )}
    </>
  );
}
