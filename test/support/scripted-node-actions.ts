import type { RunOutput } from '../../server/formation/runs/run-output.js';
import type { NodeActions } from '../../server/formation/node-actions.js';
import { nodeAndLayer } from '../../server/formation/nodes/replace-node.js';
import type { FormationRecord } from '../../server/store/formation-store.js';
import type { OperationRecord } from '../../server/store/operation-store.js';
import type { Stores } from '../../server/store/stores.js';
import type { UserRecord } from '../../server/store/user-store.js';

type Enqueue = (
  kind: string,
  user: UserRecord,
  formation: FormationRecord,
  params: Record<string, unknown>,
) => Promise<OperationRecord>;

const shown = { publicKey: 'ssh-ed25519 AAAA', fingerprint: 'SHA256:abcd' };

/** What can be done to single nodes, without machines: nodes must exist, and work is queued. */
export class ScriptedNodeActions implements NodeActions {
  constructor(
    private readonly stores: Stores,
    private readonly enqueue: Enqueue,
  ) {}

  readonly showHostKey: NodeActions['showHostKey'] = async () => shown;
  readonly adopt: NodeActions['adopt'] = (user, formation, { address }) =>
    this.enqueue('scale-layers', user, formation, { adopt: address });
  readonly drain: NodeActions['drain'] = (user, formation, name) =>
    this.#onNode('scale-containers', user, formation, name, { drain: name });
  readonly replace: NodeActions['replace'] = (user, formation, name) =>
    this.#onNode('scale-layers', user, formation, name, { replace: name });
  readonly destroy: NodeActions['destroy'] = (user, formation, name, { keep }) =>
    this.#onNode('scale-layers', user, formation, name, { destroy: name, keep });
  readonly schedule: NodeActions['schedule'] = async (formation, name, scheduling) => ({
    ...(await nodeAndLayer(this.stores, formation, name)).node,
    scheduling,
  });
  readonly showKey: NodeActions['showKey'] = async (formation, name) => {
    await nodeAndLayer(this.stores, formation, name);
    return shown;
  };
  readonly trust: NodeActions['trust'] = async (formation, name) =>
    (await nodeAndLayer(this.stores, formation, name)).node;
  readonly run: NodeActions['run'] = async (
    formation,
    name,
    command,
    onOutput: (output: RunOutput) => void,
  ) => {
    await nodeAndLayer(this.stores, formation, name);
    onOutput({ stream: 'stdout', text: `${command}\n` });
    return 0;
  };

  async #onNode(
    kind: string,
    user: UserRecord,
    formation: FormationRecord,
    name: string,
    params: Record<string, unknown>,
  ): Promise<OperationRecord> {
    await nodeAndLayer(this.stores, formation, name);
    return this.enqueue(kind, user, formation, params);
  }
}
