import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { NotFound, UserError } from '../../base/errors.js';
import { Secret } from '../../base/secret.js';
import type { Databag, ProxySettings } from '../../cookbooks/databag.js';
import type { FormationActions } from '../../server/api/endpoint/formation-actions.js';
import type { CertRequest } from '../../server/formation/proxies/change-edge.js';
import {
  mergeProxySettings,
  type ProxyChanges,
} from '../../server/formation/proxies/merge-proxy-settings.js';
import { readHealth, type PresentHealth } from '../../server/formation/releases/change-health.js';
import { mergeHealth, type HealthChanges } from '../../server/formation/releases/merge-health.js';
import { readLimits, type PresentLimits } from '../../server/formation/releases/change-limits.js';
import { mergeLimits, type LimitChanges } from '../../server/formation/releases/merge-limits.js';
import type { ContainerChoice } from '../../server/formation/deploy/restart-containers.js';
import { parseDomain } from '../../server/formation/databag/domain-name.js';
import { parseCertificate } from '../../server/formation/proxies/parse-certificate.js';
import type { FormationRequest } from '../../server/formation/create-formation.js';
import type { CheckLayer, LayerUpdate } from '../../server/formation/layers/update-layer.js';
import type { LayerRequest } from '../../server/formation/layers/create-layer.js';
import type { LogQuery } from '../../server/formation/logs/log-query.js';
import type { RunRequest } from '../../server/formation/runs/prepare-run.js';
import type { RunSession } from '../../server/formation/runs/run-command.js';
import type { RunOutput } from '../../server/formation/runs/run-output.js';
import type { ConfigRecord } from '../../server/store/config-store.js';
import type { FormationRecord } from '../../server/store/formation-store.js';
import type { LayerRecord } from '../../server/store/layer-store.js';
import type { Outcome, OperationRecord } from '../../server/store/operation-store.js';
import type { RunRecord } from '../../server/store/run-store.js';
import type { Stores } from '../../server/store/stores.js';
import type { UserRecord } from '../../server/store/user-store.js';
import { ScriptedNodeActions } from './scripted-node-actions.js';

/** What a one-off run does: gives output, then a code. */
export type RunScript = (onOutput: (output: RunOutput) => void, signal: AbortSignal) => Promise<number>;

/**
 * The domain as the API sees it, without nodes: writes formations and layers, queues operations and lets a
 * test end them.
 */
export class ScriptedFormationActions implements FormationActions {
  /** Set: operations end so as they are queued. */
  outcome: Outcome | undefined;
  /** Set: each action fails so. */
  failure: Error | undefined;
  run: RunScript = async () => 0;
  logLines: readonly string[] = [];
  /** Params of each operation asked for, by kind. */
  readonly asked: { readonly kind: string; readonly params: Record<string, unknown> }[] = [];

  readonly nodes: ScriptedNodeActions;

  constructor(private readonly stores: Stores) {
    this.nodes = new ScriptedNodeActions(stores, (...args) => this.#enqueue(...args));
  }

  async createFormation(user: UserRecord, { name, flavor }: FormationRequest): Promise<FormationRecord> {
    const formation = await this.stores.formations.insert({
      ownerId: user.id,
      name: name ?? `peachy-${randomUUID().slice(0, 8)}`,
    });
    if (flavor !== undefined)
      for (const layer of ['runtime', 'proxy'])
        await this.createLayer(user, formation, { name: layer, flavor });
    return formation;
  }

  async createLayer(
    user: UserRecord,
    formation: FormationRecord,
    request: LayerRequest,
  ): Promise<LayerRecord> {
    const {
      name,
      flavor,
      kind = 'runtime',
      runList = [],
      attributes = {},
      environment = '',
      level = 10,
      sshUsername = 'deis',
    } = request;
    return this.stores.layers.insert({
      formationId: formation.id,
      flavorId: flavor.id,
      ownFlavor: flavor.ownerId === user.id,
      name,
      kind,
      runList,
      attributes,
      environment,
      level,
      sshUsername,
      sshPort: 22,
      sshPublicKey: 'ssh-ed25519 AAAA',
      sshPrivateKey: new Secret('layer private key'),
    });
  }

  async updateLayer(
    _user: UserRecord,
    formation: FormationRecord,
    layer: LayerRecord,
    { flavor: _flavor, ...changes }: LayerUpdate,
    check: CheckLayer = () => undefined,
  ): Promise<LayerRecord> {
    return this.stores.withFormationLock(formation.id, async (stores) => {
      const present = (await stores.layers.byId(layer.id)) ?? layer;
      check(present, (await stores.flavors.names([present.flavorId])).get(present.flavorId));
      await stores.layers.update(
        layer.id,
        Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
      );
      return (await stores.layers.byId(layer.id)) ?? layer;
    });
  }

  async destroyLayer(_formation: FormationRecord, layer: LayerRecord): Promise<void> {
    await this.stores.layers.delete(layer.id);
  }

  destroyFormation(user: UserRecord, formation: FormationRecord): Promise<OperationRecord> {
    return this.#enqueue('destroy', user, formation, {});
  }

  async addDomain(user: UserRecord, formation: FormationRecord, domain: string): Promise<OperationRecord> {
    await this.stores.domains.insert({ formationId: formation.id, name: parseDomain(domain) });
    return this.#enqueue('configure-proxies', user, formation, { domain });
  }

  async removeDomain(user: UserRecord, formation: FormationRecord, domain: string): Promise<OperationRecord> {
    if (!(await this.stores.domains.delete(formation.id, domain))) throw new NotFound(`no domain ${domain}`);
    return this.#enqueue('configure-proxies', user, formation, { domain });
  }

  async addCert(
    user: UserRecord,
    formation: FormationRecord,
    { name = 'main', certificate, key }: CertRequest,
  ): Promise<OperationRecord> {
    await this.stores.certs.insert({
      formationId: formation.id,
      name,
      key,
      ...parseCertificate(certificate, key.reveal(), new Date()),
    });
    return this.#enqueue('configure-proxies', user, formation, { name });
  }

  async removeCert(user: UserRecord, formation: FormationRecord, name: string): Promise<OperationRecord> {
    if (!(await this.stores.certs.delete(formation.id, name))) throw new NotFound(`no certificate ${name}`);
    return this.#enqueue('configure-proxies', user, formation, { name });
  }

  setMaintenance(user: UserRecord, formation: FormationRecord, enabled: boolean): Promise<OperationRecord> {
    return this.#enqueue('configure-proxies', user, formation, { enabled });
  }

  async changeProxySettings(
    user: UserRecord,
    formation: FormationRecord,
    changes: ProxyChanges,
    check: (present: ProxySettings) => void = () => undefined,
  ): Promise<OperationRecord> {
    check(formation.proxySettings);
    await this.stores.formations.setProxySettings(
      formation.id,
      mergeProxySettings(formation.proxySettings, changes),
    );
    return this.#enqueue('configure-proxies', user, formation, { ...changes });
  }

  scaleLayers(
    user: UserRecord,
    formation: FormationRecord,
    counts: Readonly<Record<string, number>>,
  ): Promise<OperationRecord> {
    return this.#enqueue('scale-layers', user, formation, counts);
  }

  scaleContainers(
    user: UserRecord,
    formation: FormationRecord,
    counts: Readonly<Record<string, number>>,
  ): Promise<OperationRecord> {
    return this.#enqueue('scale-containers', user, formation, counts);
  }

  balance(user: UserRecord, formation: FormationRecord): Promise<OperationRecord> {
    return this.#enqueue('balance', user, formation, {});
  }

  restart(user: UserRecord, formation: FormationRecord, which: ContainerChoice): Promise<OperationRecord> {
    return this.#enqueue('restart', user, formation, { ...which });
  }

  async changeConfig(
    user: UserRecord,
    formation: FormationRecord,
    values: Readonly<Record<string, string | null>>,
    check: (present: ConfigRecord | undefined) => void = () => undefined,
  ): Promise<OperationRecord> {
    check(await this.stores.configs.newest(formation.id));
    const clear = Object.fromEntries(
      Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== null),
    );
    await this.stores.configs.insert({ formationId: formation.id, createdBy: user.id, values: clear });
    return this.#enqueue('deploy', user, formation, {});
  }

  async changeLimits(
    user: UserRecord,
    formation: FormationRecord,
    changes: LimitChanges,
    check: (present: PresentLimits) => void = () => undefined,
  ): Promise<OperationRecord> {
    check(await readLimits(this.stores, formation.id));
    mergeLimits({}, changes);
    return this.#enqueue('deploy', user, formation, { ...changes });
  }

  async cancelOperation(operation: OperationRecord): Promise<OperationRecord> {
    return (await this.stores.operations.requestCancel(operation.id)) ?? operation;
  }

  async changeHealth(
    user: UserRecord,
    formation: FormationRecord,
    changes: HealthChanges,
    check: (present: PresentHealth) => void = () => undefined,
  ): Promise<OperationRecord> {
    check(await readHealth(this.stores, formation.id));
    mergeHealth({}, changes);
    return this.#enqueue('deploy', user, formation, { types: Object.keys(changes) });
  }

  rollback(
    user: UserRecord,
    formation: FormationRecord,
    version: number | undefined,
  ): Promise<OperationRecord> {
    return this.#enqueue('deploy', user, formation, { version });
  }

  converge(user: UserRecord, formation: FormationRecord): Promise<OperationRecord> {
    return this.#enqueue('converge', user, formation, {});
  }

  whyRun(user: UserRecord, formation: FormationRecord): Promise<OperationRecord> {
    return this.#enqueue('why-run', user, formation, {});
  }

  async calculate(formation: FormationRecord): Promise<Databag> {
    const empty = {
      release: null,
      releases: {},
      containers: {},
      placements: [],
      health: {},
      nodes: {},
      proxies: [],
      controllers: [],
    };
    return {
      id: formation.name,
      generation: formation.generation,
      ...empty,
      proxy: { algorithm: 'round_robin', port: 80, backends: [], maintenance: false, domains: [], certs: [] },
    };
  }

  runCommand(
    _formation: FormationRecord,
    { command }: RunRequest,
    onOutput: (output: RunOutput) => void,
    signal: AbortSignal,
  ): Promise<number> {
    if (command === 'no nodes') throw new UserError('no runtime node is ready');
    return this.run(onOutput, signal);
  }

  /** Says its input back, until that ends or says `exit`. */
  async runSession(
    _formation: FormationRecord,
    { command }: RunRequest,
    { stdin, terminal, onStdout, onStart }: RunSession,
    signal: AbortSignal,
  ): Promise<number> {
    if (command === 'no nodes') throw new UserError('no runtime node is ready');
    onStart({
      resize: (rows, columns) => onStdout(Buffer.from(`[${columns}x${rows}]`)),
      signal: async (name) => onStdout(Buffer.from(`[${name}]`)),
    });
    onStdout(Buffer.from(`${command} ${terminal?.term ?? 'no terminal'}\n`));
    for await (const chunk of Readable.from(stdin).on('error', () => undefined)) {
      if (signal.aborted) break;
      onStdout(Buffer.from(chunk as Buffer));
      if (String(chunk).includes('exit')) break;
    }
    return 7;
  }

  async runDetached(formation: FormationRecord, { user, command }: RunRequest): Promise<RunRecord> {
    const [node] = await this.stores.nodes.ofFormation(formation.id);
    if (node === undefined) throw new UserError('no runtime node is ready');
    return this.stores.runs.insert({
      id: randomUUID(),
      formationId: formation.id,
      nodeId: node.id,
      container: 'app-run',
      command: new Secret(command),
      detached: true,
      requestedBy: user.id,
    });
  }

  async stopRun(formation: FormationRecord, num: number): Promise<void> {
    const run = await this.stores.runs.byNum(formation.id, num);
    if (run === undefined) throw new NotFound(`no run.${num} runs in ${formation.name}`);
    await this.stores.runs.finish(run.id, null);
  }

  async fetchLogs(_formation: FormationRecord, { lines }: LogQuery): Promise<readonly string[]> {
    return this.logLines.slice(-lines);
  }

  /** Ends at once. */
  async followLogs(
    _formation: FormationRecord,
    { lines }: LogQuery,
    onLine: (line: string) => void,
    _signal: AbortSignal,
  ): Promise<void> {
    this.logLines.slice(-lines).forEach(onLine);
  }

  async #enqueue(
    kind: string,
    user: UserRecord,
    formation: FormationRecord,
    params: Record<string, unknown>,
  ): Promise<OperationRecord> {
    if (this.failure !== undefined) throw this.failure;
    this.asked.push({ kind, params });
    const { id: formationId, name: formationName } = formation;
    const operation = await this.stores.operations.enqueue({
      id: randomUUID(),
      formationId,
      formationName,
      kind,
      params,
      requestedBy: user.id,
    });
    if (this.outcome !== undefined) await this.stores.operations.finishQueued(operation.id, this.outcome);
    return operation;
  }
}
