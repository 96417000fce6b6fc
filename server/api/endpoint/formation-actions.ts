import type { Databag, ProxySettings } from '../../../cookbooks/databag.js';
import type { CertRequest } from '../../formation/proxies/change-edge.js';
import type { PresentHealth } from '../../formation/releases/change-health.js';
import type { PresentLimits } from '../../formation/releases/change-limits.js';
import type { FormationRequest } from '../../formation/create-formation.js';
import type { LayerRequest } from '../../formation/layers/create-layer.js';
import type { ProxyChanges } from '../../formation/proxies/merge-proxy-settings.js';
import type { CheckLayer, LayerUpdate } from '../../formation/layers/update-layer.js';
import type { NodeActions } from '../../formation/node-actions.js';
import type { ContainerChoice } from '../../formation/deploy/restart-containers.js';
import type { LogQuery } from '../../formation/logs/log-query.js';
import type { HealthChanges } from '../../formation/releases/merge-health.js';
import type { LimitChanges } from '../../formation/releases/merge-limits.js';
import type { RunRequest } from '../../formation/runs/prepare-run.js';
import type { RunSession } from '../../formation/runs/run-command.js';
import type { RunOutput } from '../../formation/runs/run-output.js';
import type { ConfigRecord } from '../../store/config-store.js';
import type { FormationRecord } from '../../store/formation-store.js';
import type { LayerRecord } from '../../store/layer-store.js';
import type { OperationRecord } from '../../store/operation-store.js';
import type { RunRecord } from '../../store/run-store.js';
import type { UserRecord } from '../../store/user-store.js';

/**
 * What the API can ask of the domain, each function of server/formation bound to its parts. Those that give
 * an operation have written the desired state and the operation in one transaction; the work is still to
 * come. All throw UserError, NotFound or Conflict before anything is written.
 */
export interface FormationActions {
  createFormation(user: UserRecord, request: FormationRequest): Promise<FormationRecord>;
  destroyFormation(user: UserRecord, formation: FormationRecord): Promise<OperationRecord>;
  createLayer(user: UserRecord, formation: FormationRecord, request: LayerRequest): Promise<LayerRecord>;
  /** `check` is told the layer as it is, and its flavor's name, before anything is written. */
  updateLayer(
    user: UserRecord,
    formation: FormationRecord,
    layer: LayerRecord,
    changes: LayerUpdate,
    check?: CheckLayer,
  ): Promise<LayerRecord>;
  destroyLayer(formation: FormationRecord, layer: LayerRecord): Promise<void>;
  /** What can be done to single nodes. */
  readonly nodes: NodeActions;
  scaleLayers(
    user: UserRecord,
    formation: FormationRecord,
    counts: Readonly<Record<string, number>>,
  ): Promise<OperationRecord>;
  scaleContainers(
    user: UserRecord,
    formation: FormationRecord,
    counts: Readonly<Record<string, number>>,
  ): Promise<OperationRecord>;
  /** Containers evened out over the nodes. */
  balance(user: UserRecord, formation: FormationRecord): Promise<OperationRecord>;
  /** Containers of a type, or one of them, or all, made anew. */
  restart(user: UserRecord, formation: FormationRecord, which: ContainerChoice): Promise<OperationRecord>;
  /** Values merged into the newest config, which `check` is told before; null unsets. */
  changeConfig(
    user: UserRecord,
    formation: FormationRecord,
    values: Readonly<Record<string, string | null>>,
    check?: (present: ConfigRecord | undefined) => void,
  ): Promise<OperationRecord>;
  /** Limits merged into the newest, which `check` is told before; null takes one away. */
  changeLimits(
    user: UserRecord,
    formation: FormationRecord,
    changes: LimitChanges,
    check?: (present: PresentLimits) => void,
  ): Promise<OperationRecord>;
  /**
   * How new containers show that they are well; `check` is told the present before, and null puts back the
   * default.
   */
  changeHealth(
    user: UserRecord,
    formation: FormationRecord,
    changes: HealthChanges,
    check?: (present: PresentHealth) => void,
  ): Promise<OperationRecord>;
  /**
   * To that version's build, config, limits and health checks; without a version to the last good one before
   * the live one.
   */
  rollback(
    user: UserRecord,
    formation: FormationRecord,
    version: number | undefined,
  ): Promise<OperationRecord>;
  /** @throws Conflict for what cannot be put back */
  cancelOperation(operation: OperationRecord): Promise<OperationRecord>;
  /** A name that the formation answers to, and no other. */
  addDomain(user: UserRecord, formation: FormationRecord, domain: string): Promise<OperationRecord>;
  removeDomain(user: UserRecord, formation: FormationRecord, domain: string): Promise<OperationRecord>;
  /** Its names become domains. */
  addCert(user: UserRecord, formation: FormationRecord, request: CertRequest): Promise<OperationRecord>;
  removeCert(user: UserRecord, formation: FormationRecord, name: string): Promise<OperationRecord>;
  setMaintenance(user: UserRecord, formation: FormationRecord, enabled: boolean): Promise<OperationRecord>;
  /**
   * How proxies treat requests; `check` is told the present settings before, and null puts back a default.
   */
  changeProxySettings(
    user: UserRecord,
    formation: FormationRecord,
    changes: ProxyChanges,
    check?: (present: ProxySettings) => void,
  ): Promise<OperationRecord>;
  converge(user: UserRecord, formation: FormationRecord): Promise<OperationRecord>;
  /** A look at what a converge would change, which changes nothing. */
  whyRun(user: UserRecord, formation: FormationRecord): Promise<OperationRecord>;
  calculate(formation: FormationRecord): Promise<Databag>;
  /**
   * Runs a shell command in a container of its own and resolves to its exit code; the container is gone then,
   * also when `signal` aborts.
   */
  runCommand(
    formation: FormationRecord,
    request: RunRequest,
    onOutput: (output: RunOutput) => void,
    signal: AbortSignal,
  ): Promise<number>;
  /** The same with input, and a terminal where the session has one. */
  runSession(
    formation: FormationRecord,
    request: RunRequest,
    session: RunSession,
    signal: AbortSignal,
  ): Promise<number>;
  /** Starts a command and leaves it running. */
  runDetached(formation: FormationRecord, request: RunRequest): Promise<RunRecord>;
  /** Ends a one-off command by its number, and its container with it. @throws NotFound */
  stopRun(formation: FormationRecord, num: number): Promise<void>;
  /** The newest lines of all containers, oldest first: `2026-01-01T00:00:00.000Z app[web.1]: text`. */
  fetchLogs(formation: FormationRecord, query: LogQuery, signal: AbortSignal): Promise<readonly string[]>;
  /** The same, and then every further line as it comes, until `signal` aborts. */
  followLogs(
    formation: FormationRecord,
    query: LogQuery,
    onLine: (line: string) => void,
    signal: AbortSignal,
  ): Promise<void>;
}
