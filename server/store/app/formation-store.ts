import { tellAccessChanged } from '../people/access-channel.js';
import type { ProxySettings } from '../../../cookbooks/proxy-settings.js';
import { aliased, toRow, type Columns } from '../columns.js';
import type { Database } from '../database.js';
import type { GuestQuota, Quota } from './quota.js';
import { conflictWhenTaken } from '../violations.js';

/** Process type -> number. */
export type Scale = Readonly<Record<string, number>>;

export interface FormationRecord {
  readonly id: number;
  readonly ownerId: number;
  /** Unique among all users, `peachy-waxworks`. */
  readonly name: string;
  /** Grows with every change of what the nodes must be. */
  readonly generation: number;
  /** Wanted number of containers. */
  readonly scale: Scale;
  readonly liveReleaseId: number | null;
  /** Proxies answer a page in the place of the app. */
  readonly maintenance: boolean;
  readonly proxySettings: ProxySettings;
  readonly destroying: boolean;
  /** The formation on whose nodes it lives; null: on its own. */
  readonly hostId: number | null;
  /**
   * Where it lived before, whose proxies pass on what still reaches them; null: nowhere, or nothing does any more.
   */
  readonly formerHostId: number | null;
  /** Where nothing of it may be: it is about to move there, or has gone from there. */
  readonly vacantHostId: number | null;
  /**
   * How it was on its former host; null: it has none, or came from there by a controller of an earlier release.
   */
  readonly formerStay: FormerStay | null;
  /** As a guest of its host. */
  readonly quota: Quota;
  /** What its new guests get as theirs. */
  readonly guestQuota: GuestQuota;
  readonly createdAt: Date;
}

/** What holds again where a move is put back, or goes back. */
export interface FormerStay {
  /** What it might use there. */
  readonly quota: Quota;
  /** Whether the proxies of where it lives now passed on to it there. */
  readonly passedOn: boolean;
}

/** Id of the formation whose layers and nodes it lives on: its host's, or its own. */
export function groundOf({ id, hostId }: Pick<FormationRecord, 'id' | 'hostId'>): number {
  return hostId ?? id;
}

/** Ids of the formations that a guest lives on, moves to or comes from; its own id stands for nodes of its own. */
export type Places = Pick<FormationRecord, 'hostId' | 'formerHostId' | 'vacantHostId'>;

export const formationColumns: Columns<FormationRecord> = {
  id: 'id',
  ownerId: 'owner_id',
  name: 'name',
  generation: 'generation',
  scale: 'scale',
  liveReleaseId: 'live_release_id',
  maintenance: 'maintenance',
  proxySettings: 'proxy_settings',
  destroying: 'destroying',
  hostId: 'host_id',
  formerHostId: 'former_host_id',
  vacantHostId: 'vacant_host_id',
  formerStay: 'former_stay',
  quota: 'quota',
  guestQuota: 'guest_quota',
  createdAt: 'created_at',
};
const columns = formationColumns;

const { id, ownerId, name, createdAt } = columns;
const listed = { id, ownerId, name, createdAt };
const present = { ...listed, hostId: columns.hostId, vacantHostId: columns.vacantHostId };

/** Which formation it is, without what it is like. */
export type ListedFormation = Pick<FormationRecord, keyof typeof listed>;
type PresentFormation = Pick<FormationRecord, keyof typeof present>;

export class FormationStore {
  constructor(private readonly database: Database) {}

  /** @throws Conflict when anybody has a formation of this name. */
  async insert(
    formation: Pick<FormationRecord, 'ownerId' | 'name'> & Partial<Pick<FormationRecord, 'hostId' | 'quota'>>,
  ): Promise<FormationRecord> {
    const rows = await conflictWhenTaken(
      this.#table().insert(toRow(columns, formation)).returning(aliased(columns)),
      `formation name ${formation.name} is taken`,
    );
    return rows[0] as FormationRecord;
  }

  async byId(id: number): Promise<FormationRecord | undefined> {
    return this.#table().where({ id }).first<FormationRecord | undefined>(aliased(columns));
  }

  /** Those that live on the formation's nodes, by name. */
  async guestsOf(hostId: number): Promise<ListedFormation[]> {
    return this.#table()
      .where({ host_id: hostId })
      .orderBy('name')
      .select<ListedFormation[]>(aliased(listed));
  }

  /** Those, and those that are about to live there, or have lived there and not left yet; by name. */
  async presentOn(hostId: number): Promise<PresentFormation[]> {
    return this.#table()
      .whereNot({ id: hostId })
      .where(
        (either) =>
          void either
            .where({ host_id: hostId })
            .orWhere({ former_host_id: hostId })
            .orWhere({ vacant_host_id: hostId }),
      )
      .orderBy('name')
      .select<PresentFormation[]>(aliased(present));
  }

  /** Whosoever's it is: for the git endpoint and the instance's own work. A user's requests ask `MembershipStore`. */
  async byName(name: string): Promise<FormationRecord | undefined> {
    return this.#table().where({ name }).first<FormationRecord | undefined>(aliased(columns));
  }

  /** By name, of all owners. */
  async list(): Promise<ListedFormation[]> {
    return this.#table().orderBy('name').select<ListedFormation[]>(aliased(listed));
  }

  /**
   * Reads under the row's lock, held until the transaction ends: whoever changes a formation's rows takes it
   * first.
   */
  async lock(id: number): Promise<FormationRecord | undefined> {
    return this.#table().where({ id }).forUpdate().first<FormationRecord | undefined>(aliased(columns));
  }

  /**
   * Raises the generation by one and returns the new one; belongs in the transaction of the rows that
   * changed.
   */
  async bumpGeneration(id: number): Promise<number> {
    const rows = await this.#table().where({ id }).increment('generation', 1).returning('generation');
    return (rows[0] as { generation: number }).generation;
  }

  /** Raises the generation to this one, for nodes that have one which a lost database gave. */
  async raiseGeneration(id: number, generation: number): Promise<void> {
    await this.#table().where({ id }).where('generation', '<', generation).update({ generation });
  }

  async setScale(id: number, scale: Scale): Promise<void> {
    await this.#table().where({ id }).update(toRow(columns, { scale }));
  }

  async setOwner(id: number, ownerId: number): Promise<void> {
    await this.#table().where({ id }).update({ owner_id: ownerId });
    await tellAccessChanged(this.database);
  }

  async setMaintenance(id: number, maintenance: boolean): Promise<void> {
    await this.#table().where({ id }).update({ maintenance });
  }

  async setProxySettings(id: number, proxySettings: ProxySettings): Promise<void> {
    await this.#table().where({ id }).update(toRow(columns, { proxySettings }));
  }

  /** Belongs in the transaction of whatever else makes it so; those not named stay. */
  async setPlaces(id: number, places: Partial<Places & Pick<FormationRecord, 'formerStay'>>): Promise<void> {
    await this.#table().where({ id }).update(toRow<FormationRecord>(columns, places));
  }

  async setQuota(id: number, quota: Quota): Promise<void> {
    await this.#table().where({ id }).update(toRow(columns, { quota }));
  }

  async setGuestQuota(id: number, guestQuota: GuestQuota): Promise<void> {
    await this.#table().where({ id }).update(toRow(columns, { guestQuota }));
  }

  async setLiveRelease(id: number, releaseId: number | null): Promise<void> {
    await this.#table().where({ id }).update({ live_release_id: releaseId });
  }

  async markDestroying(id: number): Promise<void> {
    await this.#table().where({ id }).update({ destroying: true });
  }

  /** Takes back `markDestroying`, as long as nothing has been destroyed. */
  async unmarkDestroying(id: number): Promise<void> {
    await this.#table().where({ id }).update({ destroying: false });
  }

  /** Takes layers, nodes, builds, configs, releases and containers with it; its operations stay. */
  async delete(id: number): Promise<void> {
    // A row that refers to itself is not deleted.
    await this.#table().where({ id }).update({ former_host_id: null, vacant_host_id: null });
    await this.#table().where({ id }).delete();
  }

  #table() {
    return this.database('formations');
  }
}
