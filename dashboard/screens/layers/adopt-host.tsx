import { useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import { adoptHost, readHostKey } from '../../api/infrastructure/layer-requests.js';
import type { Layer } from '../../api/types.js';
import { bound } from '../../parts/form.js';
import { goToOperation } from '../../parts/route.js';
import { HostKeyCheck } from '../nodes/host-key-check.js';

interface AdoptProps {
  readonly formation: string;
  readonly layer: Layer;
}

/** A host that exists becomes a node of a layer, once its key is confirmed. */
export function AdoptHost({ formation, layer: { id, ssh_username: user } }: AdoptProps) {
  const [address, setAddress] = useState('');
  const [inner, setInner] = useState('');
  const host = { layer: id, address, ...(inner === '' ? {} : { private_address: inner }) };
  return (
    <>
      <p class="quiet">
        The user {user} of the host has sudo and lets the key of {id} in. The host is looked at first, and
        touched only when all is well.
      </p>
      <HostKeyCheck
        of={address}
        isIdle={address === ''}
        read={() => readHostKey(formation, id, address)}
        label={`Make it a node of ${id}`}
        command={cliCommands.adoptHost(formation, id, address, inner)}
        onConfirmed={(key) => goToOperation(adoptHost(formation, { ...host, host_key: key }))}
      >
        <Address label="Address" value={address} onValue={setAddress} example="203.0.113.21" />
        <Address label="Where other nodes reach it" value={inner} onValue={setInner} example="the same" />
      </HostKeyCheck>
    </>
  );
}

interface AddressProps {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly example: string;
}

function Address({ label, value, onValue, example }: AddressProps) {
  return (
    <label>
      {label}
      <input
        {...bound(value, (typed) => onValue(typed.trim()))}
        placeholder={example}
        autocomplete="off"
        maxLength={253}
      />
    </label>
  );
}
