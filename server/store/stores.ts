import { AcmeAccountStore } from './app/certificates/acme-account-store.js';
import { ApiCertificateStore } from './app/certificates/api-certificate-store.js';
import { AlertStore } from './alerts/alert-store.js';
import { HookStore } from './alerts/hook-store.js';
import { LogMatchStore } from './alerts/log-match-store.js';
import { AllowedProviderStore } from './infrastructure/allowed-provider-store.js';
import { AutoCertStore } from './app/certificates/auto-cert-store.js';
import { BuildStore } from './app/builds/build-store.js';
import { BuildpackStore } from './app/builds/buildpack-store.js';
import { CertStore } from './app/certificates/cert-store.js';
import { ConfigStore } from './app/config-store.js';
import { ContainerStore } from './app/container-store.js';
import type { Database } from './database.js';
import { DomainStore } from './app/domain-store.js';
import { DrainStore } from './drains/drain-store.js';
import { FlavorShareStore } from './infrastructure/flavor-share-store.js';
import { FlavorStore } from './infrastructure/flavor-store.js';
import { FormationStore } from './app/formation-store.js';
import { HostShareStore } from './app/host-share-store.js';
import { InstanceFactStore } from './instance-fact-store.js';
import { LayerStore } from './infrastructure/layer-store.js';
import { MeasureStore } from './app/measure-store.js';
import { MembershipStore } from './app/membership-store.js';
import { PeopleStores } from './people/people-stores.js';
import { NodeOriginStore } from './infrastructure/node-origin-store.js';
import { NodeSilenceStore } from './infrastructure/node-silence-store.js';
import { NodeStore } from './infrastructure/node-store.js';
import { OperationEventStore } from './operations/operation-event-store.js';
import { OperationStore } from './operations/operation-store.js';
import { ProviderStore } from './infrastructure/provider-store.js';
import { QueueStore } from './operations/queue-store.js';
import { ReleasePhaseStore } from './app/builds/release-phase-store.js';
import { ReleaseStore } from './app/release-store.js';
import { RunStore } from './app/run-store.js';
import { RepositoryBundleStore } from './app/builds/repository-bundle-store.js';
import { ScheduleStore } from './operations/schedule-store.js';
import { ServiceStore } from './app/service-store.js';
import { TcpPortStore } from './app/tcp-port-store.js';
import type { SecretBox } from './sealing/secret-box.js';

/** Every store over one connection pool, or over one transaction. */
export class Stores extends PeopleStores {
  readonly providers: ProviderStore;
  readonly flavors: FlavorStore;
  readonly allowedProviders: AllowedProviderStore;
  readonly flavorShares: FlavorShareStore;
  readonly hostShares: HostShareStore;
  readonly formations: FormationStore;
  readonly layers: LayerStore;
  readonly domains: DomainStore;
  readonly certs: CertStore;
  readonly drains: DrainStore;
  readonly acmeAccounts: AcmeAccountStore;
  readonly apiCertificates: ApiCertificateStore;
  readonly autoCerts: AutoCertStore;
  readonly measures: MeasureStore;
  readonly alerts: AlertStore;
  readonly hooks: HookStore;
  readonly logMatches: LogMatchStore;
  readonly nodes: NodeStore;
  readonly builds: BuildStore;
  readonly buildpacks: BuildpackStore;
  readonly configs: ConfigStore;
  readonly releases: ReleaseStore;
  readonly releasePhases: ReleasePhaseStore;
  readonly postdeploys: ReleasePhaseStore;
  readonly containers: ContainerStore;
  readonly operations: OperationStore;
  readonly queue: QueueStore;
  readonly operationEvents: OperationEventStore;
  readonly instanceFacts: InstanceFactStore;
  readonly runs: RunStore;
  readonly schedule: ScheduleStore;
  readonly services: ServiceStore;
  readonly tcpPorts: TcpPortStore;
  readonly repositoryBundles: RepositoryBundleStore;

  constructor(
    readonly database: Database,
    private readonly box: SecretBox,
  ) {
    super(database, box);
    this.providers = new ProviderStore(database, box);
    this.flavors = new FlavorStore(database);
    this.allowedProviders = new AllowedProviderStore(database);
    this.flavorShares = new FlavorShareStore(database);
    this.hostShares = new HostShareStore(database);
    this.formations = new FormationStore(database);
    this.layers = new LayerStore(database, box);
    this.domains = new DomainStore(database);
    this.certs = new CertStore(database, box);
    this.drains = new DrainStore(database, box);
    this.acmeAccounts = new AcmeAccountStore(database, box);
    this.apiCertificates = new ApiCertificateStore(database, box);
    this.autoCerts = new AutoCertStore(database, box);
    this.measures = new MeasureStore(database);
    this.alerts = new AlertStore(database);
    this.hooks = new HookStore(database, box);
    this.logMatches = new LogMatchStore(database);
    this.nodes = new NodeStore(database, box);
    this.builds = new BuildStore(database);
    this.buildpacks = new BuildpackStore(database);
    this.configs = new ConfigStore(database, box);
    this.releases = new ReleaseStore(database);
    this.releasePhases = new ReleasePhaseStore(database, 'release_phases');
    this.postdeploys = new ReleasePhaseStore(database, 'postdeploys');
    this.containers = new ContainerStore(database);
    this.operations = new OperationStore(database);
    this.queue = new QueueStore(database);
    this.operationEvents = new OperationEventStore(database);
    this.runs = new RunStore(database, box);
    this.schedule = new ScheduleStore(database);
    this.services = new ServiceStore(database);
    this.tcpPorts = new TcpPortStore(database);
    this.repositoryBundles = new RepositoryBundleStore(database);
    this.instanceFacts = new InstanceFactStore(database, box);
  }

  get memberships(): MembershipStore {
    return new MembershipStore(this.database);
  }

  get nodeOrigins(): NodeOriginStore {
    return new NodeOriginStore(this.database);
  }

  get nodeSilence(): NodeSilenceStore {
    return new NodeSilenceStore(this.database);
  }

  /**
   * Runs `work` with stores that share one transaction: all of its writes are kept, or none when it throws.
   * Nests as a savepoint.
   */
  async transaction<T>(work: (stores: Stores) => Promise<T>): Promise<T> {
    return this.database.transaction((transaction) => work(new Stores(transaction, this.box)));
  }

  /**
   * As `transaction`, reading one unchanging view of the database. Inside a transaction it is that
   * transaction.
   */
  async snapshot<T>(work: (stores: Stores) => Promise<T>): Promise<T> {
    if (this.database.isTransaction) return work(this);
    return this.database.transaction((transaction) => work(new Stores(transaction, this.box)), {
      isolationLevel: 'repeatable read',
      readOnly: true,
    });
  }

  /**
   * As `transaction`, holding the formation's row lock from its start: one at a time per formation.
   * Nothing slow belongs inside; the order of operations is the queue's business.
   * @param hosts ids of those that its row is going to refer to: they are locked before it, as by all who lock both
   */
  async withFormationLock<T>(
    formationId: number,
    work: (stores: Stores) => Promise<T>,
    hosts: readonly number[] = [],
  ): Promise<T> {
    return this.transaction(async (stores) => {
      for (const id of [...hosts].sort((a, b) => a - b)) await stores.formations.lock(id);
      await stores.formations.lock(formationId);
      return work(stores);
    });
  }

  /**
   * Runs `work` while no other controller runs what it named alike; `ifFree`: not at all when another one
   * does, and undefined then. Ends with the connection that holds it, should this process die. It holds one
   * of the pool: no fan-out, nothing endless.
   */
  async withLock<T>(name: string, work: () => Promise<T>, options?: { readonly ifFree?: false }): Promise<T>;
  async withLock<T>(
    name: string,
    work: () => Promise<T>,
    options: { readonly ifFree: boolean },
  ): Promise<T | undefined>;
  async withLock<T>(
    name: string,
    work: () => Promise<T>,
    { ifFree = false }: { readonly ifFree?: boolean } = {},
  ): Promise<T | undefined> {
    return this.database.transaction(async (lock) => {
      const key = `deis:${name}`;
      if (!ifFree) await lock.raw('select pg_advisory_xact_lock(hashtextextended(:key, 0))', { key });
      else if (
        !(
          await lock.raw<{ rows: { got: boolean }[] }>(
            'select pg_try_advisory_xact_lock(hashtextextended(:key, 0)) as got',
            { key },
          )
        ).rows[0]?.got
      )
        return undefined;
      return work();
    });
  }
}
