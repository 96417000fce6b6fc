import { useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import { readNodeKey, trustNode } from '../../api/infrastructure/node-requests.js';
import { HostKeyCheck } from './host-key-check.js';

/** Another host key of a node, as after its system was installed anew. */
export function TrustNode({ formation, node }: { formation: string; node: string }) {
  const [isTrusted, setTrusted] = useState(false);
  return (
    <>
      <p class="quiet">
        For a node whose SSH key has changed, and you know why: the controller enters it by no other key than
        the one that it trusts.
      </p>
      <HostKeyCheck
        of={node}
        read={() => readNodeKey(formation, node)}
        label={`Trust ${node} by this key`}
        command={cliCommands.trustNode(formation, node)}
        onConfirmed={(key) => trustNode(formation, node, key)}
        onDone={() => setTrusted(true)}
      />
      {isTrusted && <p role="status">It is trusted by that key now.</p>}
    </>
  );
}
