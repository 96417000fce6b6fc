import type { Tags } from '../../../cookbooks/databag.js';
import type { LayerKind } from '../../../cookbooks/recipe.js';
import { Secret } from '../../../base/secret.js';
import { boxRow } from '../sealing/box-rows.js';
import { aliased, toRow, type Columns } from '../columns.js';
import type { Database } from '../database.js';
import { mapPage, readPage, type Page, type PageRequest } from '../page.js';
import type { SecretBox } from '../sealing/secret-box.js';
import { conflictWhenTaken, conflictWhenUsed } from '../violations.js';

interface LayerColumns {
  readonly id: number;
  readonly formationId: number;
  readonly flavorId: number;
  /** The flavor's owner chose it for the layer, and has had the right to infrastructure here ever since. */
  readonly ownFlavor: boolean;
  readonly name: string;
  readonly kind: LayerKind;
  /** `recipe[deis::runtime]`, in order. */
  readonly runList: readonly string[];
  readonly environment: string;
  /** What process types may ask for of its nodes. */
  readonly tags: Tags;
  /** Lower levels converge first. */
  readonly level: number;
  /** Wanted number of nodes. */
  readonly count: number;
  readonly sshUsername: string;
  readonly sshPort: number;
  /** OpenSSH form. */
  readonly sshPublicKey: string;
  readonly createdAt: Date;
}

export interface LayerRecord extends LayerColumns {
  /** Encrypted at rest: there may be passwords among them. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** OpenSSH private key of the layer's nodes. */
  readonly sshPrivateKey: Secret;
}

export type NewLayer = Omit<LayerRecord, 'id' | 'createdAt' | 'count' | 'ownFlavor' | 'tags'> &
  Partial<Pick<LayerRecord, 'ownFlavor' | 'tags'>>;

const columns: Columns<LayerColumns> = {
  id: 'id',
  formationId: 'formation_id',
  flavorId: 'flavor_id',
  ownFlavor: 'own_flavor',
  name: 'name',
  kind: 'kind',
  runList: 'run_list',
  environment: 'environment',
  tags: 'tags',
  level: 'level',
  count: 'count',
  sshUsername: 'ssh_username',
  sshPort: 'ssh_port',
  sshPublicKey: 'ssh_public_key',
  createdAt: 'created_at',
};
const keyPlace = 'layers.ssh_private_key_encrypted';
const attributesPlace = 'layers.attributes_encrypted';
const selected = [
  ...aliased(columns),
  'ssh_private_key_encrypted as boxedKey',
  'attributes_encrypted as boxedAttributes',
  'attributes as clearAttributes',
];

/** Rows of earlier versions have their attributes in clear, and nothing in the other column. */
type LayerRow = LayerColumns & {
  readonly boxedKey: Buffer;
  readonly boxedAttributes: Buffer | null;
  readonly clearAttributes: LayerRecord['attributes'];
};

export class LayerStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  /** @throws Conflict when the formation has a layer of this name. */
  async insert({ sshPrivateKey, attributes, ...layer }: NewLayer): Promise<LayerRecord> {
    const sealedFor = boxRow(layer.formationId, layer.name);
    const row = {
      ...toRow<LayerColumns>(columns, layer),
      ssh_private_key_encrypted: this.box.seal(sshPrivateKey, keyPlace, sealedFor),
      ...this.#sealed(attributes, sealedFor),
    };
    const rows = await conflictWhenTaken(
      this.#table().insert(row).returning(selected),
      `the formation has a layer named ${layer.name} already`,
    );
    return this.#record(rows[0] as LayerRow);
  }

  async byId(id: number): Promise<LayerRecord | undefined> {
    return this.#first({ id });
  }

  async byName(formationId: number, name: string): Promise<LayerRecord | undefined> {
    return this.#first({ formation_id: formationId, name });
  }

  /** By level, then name: the order of converging. */
  async ofFormation(formationId: number): Promise<LayerRecord[]> {
    const rows = await this.#table()
      .where({ formation_id: formationId })
      .orderBy(['level', 'name'])
      .select<LayerRow[]>(selected);
    return rows.map((row) => this.#record(row));
  }

  /** Where layers are: which formation has one of which name. */
  async places(): Promise<Pick<LayerRecord, 'formationId' | 'name'>[]> {
    return this.#table().select<Pick<LayerRecord, 'formationId' | 'name'>[]>({
      formationId: 'formation_id',
      name: 'name',
    });
  }

  /** As `ofFormation`. */
  async pageOfFormation(formationId: number, request: PageRequest): Promise<Page<LayerRecord>> {
    const order = {
      keys: [
        { column: 'level', type: 'bigint' as const },
        { column: 'name', type: 'text' as const },
      ],
    };
    return mapPage(
      await readPage<LayerRow>(
        this.database,
        { rows: this.#table().where({ formation_id: formationId }), columns: selected, order },
        request,
      ),
      (row) => this.#record(row),
    );
  }

  async setCount(id: number, count: number): Promise<void> {
    await this.#table().where({ id }).update({ count });
  }

  /** Layers of the formation that use the user's flavors no longer do so by the user's own right. */
  async disownFlavors(formationId: number, userId: number): Promise<void> {
    const flavors = this.database('flavors').where({ owner_id: userId }).select('id');
    await this.#table()
      .where({ formation_id: formationId })
      .whereIn('flavor_id', flavors)
      .update({ own_flavor: false });
  }

  /** No change at all is fine: the name set to itself keeps the statement whole. */
  async update(
    id: number,
    {
      attributes,
      ...changes
    }: Partial<
      Pick<
        LayerRecord,
        | 'flavorId'
        | 'ownFlavor'
        | 'runList'
        | 'environment'
        | 'tags'
        | 'attributes'
        | 'level'
        | 'sshUsername'
        | 'sshPort'
      >
    >,
  ): Promise<void> {
    const sealed = attributes && this.#sealed(attributes, await this.#boxRowOf(id));
    await this.#table()
      .where({ id })
      .update({ name: this.database.ref('name'), ...toRow<LayerColumns>(columns, changes), ...sealed });
  }

  /** @throws Conflict while it has nodes. */
  async delete(id: number): Promise<void> {
    await conflictWhenUsed(this.#table().where({ id }).delete(), 'the layer has nodes: scale it to 0 first');
  }

  async #first(where: Record<string, unknown>): Promise<LayerRecord | undefined> {
    const row = await this.#table().where(where).first<LayerRow | undefined>(selected);
    return row && this.#record(row);
  }

  async #boxRowOf(id: number): Promise<string> {
    const row = await this.#table().where({ id }).first<{ formationId: number; name: string } | undefined>({
      formationId: 'formation_id',
      name: 'name',
    });
    return row === undefined ? '' : boxRow(row.formationId, row.name);
  }

  #sealed(attributes: LayerRecord['attributes'], sealedFor: string): object {
    const text = new Secret(JSON.stringify(attributes));
    return { attributes: {}, attributes_encrypted: this.box.seal(text, attributesPlace, sealedFor) };
  }

  #record({ boxedKey, boxedAttributes, clearAttributes, ...layer }: LayerRow): LayerRecord {
    const sealedFor = boxRow(layer.formationId, layer.name);
    const sshPrivateKey = this.box.open(boxedKey, keyPlace, sealedFor);
    const opened = boxedAttributes && this.box.open(boxedAttributes, attributesPlace, sealedFor);
    const attributes =
      opened === null ? clearAttributes : (JSON.parse(opened.reveal()) as LayerRecord['attributes']);
    return { ...layer, attributes, sshPrivateKey };
  }

  #table() {
    return this.database('layers');
  }
}
