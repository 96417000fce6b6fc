import { aliased, toRow, type Columns } from '../columns.js';
import type { Database } from '../database.js';
import { readPage, type Page, type PageRequest } from '../page.js';
import { conflictWhenTaken } from '../violations.js';

/** A formation that another one reaches by a variable of its config. */
export interface ServiceRecord {
  readonly id: number;
  /** Whose config has it. */
  readonly consumerId: number;
  /** Of mode tcp. */
  readonly providerId: number;
  /** Of the config. */
  readonly variable: string;
  /** `HOST:PORT` as the variable was written with it last. */
  readonly address: string;
  readonly createdAt: Date;
}

/** With what the two are called. */
export interface NamedService extends ServiceRecord {
  readonly consumer: string;
  readonly provider: string;
}

const columns: Columns<ServiceRecord> = {
  id: 'id',
  consumerId: 'consumer_id',
  providerId: 'provider_id',
  variable: 'variable',
  address: 'address',
  createdAt: 'created_at',
};
const named = [...aliased(columns, 'services'), 'consumers.name as consumer', 'providers.name as provider'];

/** Which formation is attached to which. */
export class ServiceStore {
  constructor(private readonly database: Database) {}

  /**
   * In the place of one of the same variable, which its config does not have any more. Waits for who is just
   * destroying the provider, and lets nobody begin that before this is written.
   */
  async put(
    service: Pick<ServiceRecord, 'consumerId' | 'providerId' | 'variable' | 'address'>,
  ): Promise<void> {
    await this.#table().where({ consumer_id: service.consumerId, variable: service.variable }).delete();
    await conflictWhenTaken(
      this.#table().insert(toRow(columns, service)),
      `${service.variable} is the variable of a service already: name another one`,
    );
  }

  /** By the ids of consumers. */
  async all(): Promise<NamedService[]> {
    return this.#named().orderBy(['services.consumer_id', 'services.id']).select<NamedService[]>(named);
  }

  /** What a formation is attached to, by variable. */
  async ofConsumer(consumerId: number): Promise<NamedService[]> {
    return this.#named()
      .where('services.consumer_id', consumerId)
      .orderBy('services.variable')
      .select<NamedService[]>(named);
  }

  /** Who is attached to a formation, by name. */
  async ofProvider(providerId: number): Promise<NamedService[]> {
    return this.#named()
      .where('services.provider_id', providerId)
      .orderBy(['consumers.name', 'services.id'])
      .select<NamedService[]>(named);
  }

  /** Of either side, in the order in which they were attached. */
  async pageOfFormation(formationId: number, request: PageRequest): Promise<Page<NamedService>> {
    const rows = this.#named().where(
      (either) =>
        void either.where('services.consumer_id', formationId).orWhere('services.provider_id', formationId),
    );
    const order = { keys: [{ column: 'services.id', type: 'bigint' as const }] };
    return readPage<NamedService>(this.database, { rows, columns: named, order }, request);
  }

  async setAddress(id: number, address: string): Promise<void> {
    await this.#table().where({ id }).update({ address });
  }

  async delete(id: number): Promise<void> {
    await this.#table().where({ id }).delete();
  }

  #named() {
    return this.#table()
      .join('formations as consumers', 'consumers.id', 'services.consumer_id')
      .join('formations as providers', 'providers.id', 'services.provider_id');
  }

  #table() {
    return this.database('services');
  }
}
