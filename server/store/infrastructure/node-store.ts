import type { Secret } from '../../../base/secret.js';
import { boxRow } from '../sealing/box-rows.js';
import { aliased, toJson, toRow, type Columns } from '../columns.js';
import type { Database } from '../database.js';
import { mapPage, readPage, type Page, type PageRequest } from '../page.js';
import type { SecretBox } from '../sealing/secret-box.js';

export type NodeStatus = 'pending' | 'launching' | 'booting' | 'ready' | 'lost' | 'removing';

/** `cordoned`: takes no new containers; `drained`: is to run none. */
export type NodeScheduling = 'open' | 'cordoned' | 'drained';

/** What a machine has. */
export interface NodeSize {
  /** Bytes. */
  readonly memory: number;
  /** Cores; a part of one where the machine may use no more. */
  readonly cpus: number;
}

interface NodeColumns {
  /** uuid, the provider's idempotency token. */
  readonly id: string;
  readonly formationId: number;
  readonly layerId: number;
  readonly num: number;
  /** `peachy-waxworks-runtime-1` */
  readonly name: string;
  readonly status: NodeStatus;
  readonly scheduling: NodeScheduling;
  /** A host that existed already: its machine is not ours to end. */
  readonly adopted: boolean;
  /** Whether what was put on an adopted host is taken off again when it leaves. */
  readonly cleansUp: boolean;
  /** Whether then the data goes, too, that recipes other than the platform's have made there. */
  readonly purgesData: boolean;
  /** The cloud's id, saved the moment the cloud has given it. */
  readonly cloudId: string | null;
  /** What the provider wrote down before it last asked the cloud for the machine. */
  readonly launchIntent: Readonly<Record<string, unknown>> | null;
  /** Where SSH goes. */
  readonly address: string | null;
  /** Where the formation's other nodes go. */
  readonly privateAddress: string | null;
  /** Pinned, OpenSSH form. */
  readonly hostPublicKey: string;
  /** Accepted beside the pinned one until it was seen. */
  readonly hostPublicKeyPending: string | null;
  /** The newest generation that the node reported. */
  readonly generation: number;
  readonly lastAction: string | null;
  readonly lastError: string | null;
  /** As it was read there last; null before. */
  readonly size: NodeSize | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface NodeRecord extends NodeColumns {
  /** Null where we did not make it (static hosts). */
  readonly hostPrivateKey: Secret | null;
}

export type NewNode = Pick<
  NodeRecord,
  'id' | 'formationId' | 'layerId' | 'num' | 'name' | 'hostPublicKey' | 'hostPrivateKey'
> &
  Partial<Pick<NodeRecord, 'status' | 'adopted' | 'cloudId' | 'address' | 'privateAddress'>>;
export type NodeChanges = Partial<
  Omit<NodeColumns, 'id' | 'formationId' | 'layerId' | 'num' | 'name' | 'createdAt' | 'updatedAt'>
>;

const columns: Columns<NodeColumns> = {
  id: 'id',
  formationId: 'formation_id',
  layerId: 'layer_id',
  num: 'num',
  name: 'name',
  status: 'status',
  scheduling: 'scheduling',
  adopted: 'adopted',
  cleansUp: 'cleans_up',
  purgesData: 'purges_data',
  cloudId: 'cloud_id',
  launchIntent: 'launch_intent',
  address: 'address',
  privateAddress: 'private_address',
  hostPublicKey: 'host_public_key',
  hostPublicKeyPending: 'host_public_key_pending',
  generation: 'generation',
  lastAction: 'last_action',
  lastError: 'last_error',
  size: 'size',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
};
const keyPlace = 'nodes.host_private_key_encrypted';
const selected = [...aliased(columns), 'host_private_key_encrypted as boxedKey'];

type NodeRow = NodeColumns & { readonly boxedKey: Buffer | null };

export class NodeStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  /** Status `pending` unless said. */
  async insert({ hostPrivateKey, ...node }: NewNode): Promise<NodeRecord> {
    const boxed =
      hostPrivateKey && this.box.seal(hostPrivateKey, keyPlace, boxRow(node.formationId, node.id));
    const rows = await this.#table()
      .insert({ ...toRow<NodeColumns>(columns, node), host_private_key_encrypted: boxed })
      .returning(selected);
    return this.#record(rows[0] as NodeRow);
  }

  async byId(id: string): Promise<NodeRecord | undefined> {
    return this.#first({ id });
  }

  async byName(formationId: number, name: string): Promise<NodeRecord | undefined> {
    return this.#first({ formation_id: formationId, name });
  }

  /** The node of any formation that SSH enters there by that name. */
  async reachedAt(name: string, address: string): Promise<NodeRecord | undefined> {
    return this.#first({ name, address });
  }

  /** By layer, then number. */
  async ofFormation(formationId: number): Promise<NodeRecord[]> {
    return this.#list({ formation_id: formationId });
  }

  /** Formation by formation as they are named; by the layer's name, then number. */
  async pageOf(formationIds: readonly number[], request: PageRequest): Promise<Page<NodeRecord>> {
    const named = this.database.raw('unnest(?::int[]) with ordinality as named(id, place)', [
      [...formationIds],
    ]);
    const rows = this.#table()
      .join('layers', 'layers.id', 'nodes.layer_id')
      .join(named, 'named.id', 'nodes.formation_id');
    const order = {
      keys: [
        { column: 'named.place', type: 'bigint' as const },
        { column: 'layers.name', type: 'text' as const },
        { column: 'nodes.num', type: 'bigint' as const },
      ],
    };
    const listed = [...aliased(columns, 'nodes'), 'nodes.host_private_key_encrypted as boxedKey'];
    return mapPage(await readPage<NodeRow>(this.database, { rows, columns: listed, order }, request), (row) =>
      this.#record(row),
    );
  }

  /** Names by id, for showing what runs where. */
  async names(ids: Iterable<string>): Promise<Map<string, string>> {
    const rows = await this.#table()
      .whereIn('id', [...new Set(ids)])
      .select<{ id: string; name: string }[]>('id', 'name');
    return new Map(rows.map((row) => [row.id, row.name]));
  }

  /** By number. */
  async ofLayer(layerId: number): Promise<NodeRecord[]> {
    return this.#list({ layer_id: layerId });
  }

  /** Of all formations: for finding orphans and taken addresses. */
  async list(): Promise<NodeRecord[]> {
    return this.#list({});
  }

  async update(id: string, changes: NodeChanges): Promise<void> {
    await this.#table()
      .where({ id })
      .update({ ...toRow<NodeColumns>(columns, changes), updated_at: this.database.fn.now() });
  }

  /** Records what its machine has, where that is another size than before. */
  async sawSize(id: string, size: NodeSize): Promise<void> {
    const text = toJson(size);
    await this.#table()
      .where({ id })
      .whereRaw('size is distinct from cast(? as jsonb)', [text])
      .update({ size: text });
  }

  /**
   * Saves the cloud's id of the node; false when another node has it already (of existing hosts, two launches
   * may pick the same).
   */
  async claimCloudId(id: string, cloudId: string): Promise<boolean> {
    return this.database.transaction(async (transaction) => {
      await transaction.raw(`select pg_advisory_xact_lock(hashtext('deis cloud id'), hashtext(?))`, [
        cloudId,
      ]);
      const free = transaction('nodes').where({ cloud_id: cloudId }).whereNot({ id });
      const changed = await transaction('nodes')
        .where({ id })
        .whereNotExists(free)
        .update({ cloud_id: cloudId, updated_at: transaction.fn.now() });
      return changed > 0;
    });
  }

  /** The one key that the node has from now on: nothing is pending any more, and a private key of ours is forgotten. */
  async replaceHostKey(id: string, hostPublicKey: string): Promise<void> {
    await this.#table().where({ id }).update({
      host_public_key: hostPublicKey,
      host_public_key_pending: null,
      host_private_key_encrypted: null,
      updated_at: this.database.fn.now(),
    });
  }

  /** Records the newest generation that the node reported; an older one changes nothing. */
  async setGeneration(id: string, generation: number): Promise<void> {
    await this.#table()
      .where({ id })
      .where('generation', '<', generation)
      .update({ generation, updated_at: this.database.fn.now() });
  }

  /** Takes the node's containers with it. */
  async delete(id: string): Promise<void> {
    await this.#table().where({ id }).delete();
  }

  async #first(where: Record<string, unknown>): Promise<NodeRecord | undefined> {
    const row = await this.#table().where(where).first<NodeRow | undefined>(selected);
    return row && this.#record(row);
  }

  async #list(where: Record<string, unknown>): Promise<NodeRecord[]> {
    const rows = await this.#table().where(where).orderBy(['layer_id', 'num']).select<NodeRow[]>(selected);
    return rows.map((row) => this.#record(row));
  }

  #record({ boxedKey, ...node }: NodeRow): NodeRecord {
    const hostPrivateKey = boxedKey && this.box.open(boxedKey, keyPlace, boxRow(node.formationId, node.id));
    return { ...node, hostPrivateKey };
  }

  #table() {
    return this.database('nodes');
  }
}
