import { useState } from 'preact/hooks';
import { generateCert } from '../../api/app/network-requests.js';
import { cliCommands } from '../../api/cli-commands.js';
import { Action } from '../../parts/action.js';
import { bound } from '../../parts/form.js';
import { goToOperation } from '../../parts/route.js';
import { generatedCert, newCert, type TypedCert } from './cert-edits.js';

interface Props {
  readonly formation: string;
  /** It is for these where no others are typed. */
  readonly hasDomains: boolean;
}

/** A certificate that signs itself, until there is another. */
export function GenerateCert({ formation, hasDomains }: Props) {
  const [typed, setTyped] = useState(newCert);
  const body = generatedCert(typed);
  return (
    <Action
      label="Sign one for now"
      command={cliCommands.generateCert(formation, body)}
      onDo={() => goToOperation(generateCert(formation, body))}
    >
      <p>
        It is signed by itself, so browsers warn of it. One of a CA is served in its place once there is one.
      </p>
      <Fields hasDomains={hasDomains} typed={typed} onTyped={setTyped} />
    </Action>
  );
}

interface FieldsProps {
  readonly hasDomains: boolean;
  readonly typed: TypedCert;
  readonly onTyped: (typed: TypedCert) => void;
}

function Fields({ hasDomains, typed, onTyped }: FieldsProps) {
  const field = (name: keyof TypedCert) =>
    bound(typed[name], (value) => onTyped({ ...typed, [name]: value }));
  return (
    <>
      <label>
        {hasDomains ? 'Domains, if not all of the app' : 'Domains, which the app then has'}
        <textarea {...field('domains')} rows={2} required={!hasDomains} placeholder="www.example.com" />
      </label>
      <label>
        Days that it is good
        <input {...field('days')} type="number" min={1} max={3650} placeholder="365" />
      </label>
      <label>
        Name of the certificate
        <input {...field('id')} placeholder="generated-DOMAIN" autocomplete="off" maxLength={100} />
      </label>
    </>
  );
}
