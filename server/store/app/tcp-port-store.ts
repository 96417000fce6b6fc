import type { Neighbour } from '../../../cookbooks/databag.js';
import { aliased, toRow, type Columns } from '../columns.js';
import type { Database } from '../database.js';
import { conflictWhenTaken } from '../violations.js';

/** Who may connect to a formation because it is attached to it, as its proxies have been told last. */
export interface ToldClients {
  /** Addresses of nodes, sorted. */
  readonly clients: readonly string[];
  /** Formations on the same nodes, by name. */
  readonly neighbours: readonly Neighbour[];
}

/** A port that proxies listen on for a formation of mode tcp. */
export interface TcpPort extends ToldClients {
  readonly formationId: number;
  /** The formation whose proxies they are: itself, or its host. */
  readonly groundId: number;
  readonly port: number;
}

const columns: Columns<TcpPort> = {
  formationId: 'formation_id',
  groundId: 'ground_id',
  port: 'port',
  clients: 'clients',
  neighbours: 'neighbours',
};

/** Which formation has which port of which proxies, and whom it is open to. */
export class TcpPortStore {
  constructor(private readonly database: Database) {}

  /** In the place of the one that the formation had. @throws Conflict when another one there has it (not said which) */
  async take(port: Pick<TcpPort, 'formationId' | 'groundId' | 'port'>): Promise<void> {
    await conflictWhenTaken(
      this.#table().insert(toRow(columns, port)).onConflict('formation_id').merge(['ground_id', 'port']),
      `port ${port.port} of these proxies is taken: choose another one, or leave it out and get one that is free`,
    );
  }

  async giveBack(formationId: number): Promise<void> {
    await this.#table().where({ formation_id: formationId }).delete();
  }

  /** Of the proxies of a formation, ascending. */
  async taken(groundId: number): Promise<number[]> {
    return this.#table().where({ ground_id: groundId }).orderBy('port').pluck<number[]>('port');
  }

  async ofFormation(formationId: number): Promise<TcpPort | undefined> {
    return this.#table().where({ formation_id: formationId }).first<TcpPort | undefined>(aliased(columns));
  }

  /** Of all formations, by the ids of those whose proxies they are. */
  async all(): Promise<TcpPort[]> {
    return this.#table().orderBy(['ground_id', 'port']).select<TcpPort[]>(aliased(columns));
  }

  async setTold(formationId: number, told: ToldClients): Promise<void> {
    await this.#table().where({ formation_id: formationId }).update(toRow<TcpPort>(columns, told));
  }

  #table() {
    return this.database('tcp_ports');
  }
}
