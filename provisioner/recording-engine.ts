import type { Databag } from '../cookbooks/databag.js';
import type { ConvergeOptions, ConvergeTarget, Engine, NodeReport } from './engine.js';

/** One node's converge that was asked for. */
export interface RecordedConverge {
  readonly target: ConvergeTarget;
  readonly databag: Databag;
  readonly whyRun: boolean;
}

/** How a node answers; undefined: all is well, and nothing was to do. */
export type ScriptedReport = Partial<Omit<NodeReport, 'node'>> | undefined;

export interface EngineScript {
  readonly onCheck?: (target: ConvergeTarget, databag: Databag) => ScriptedReport;
  readonly onConverge?: (converge: RecordedConverge) => ScriptedReport;
  /** What keeps a node from being reached, by name. */
  readonly onProbe?: (node: string) => NodeReport['failure'];
}

/**
 * An engine on paper: it reaches no node, records what would be converged, in order, and answers from a
 * script.
 */
export class RecordingEngine implements Engine {
  readonly converges: RecordedConverge[] = [];
  isClosed = false;

  constructor(private readonly script: EngineScript = {}) {}

  async check(targets: readonly ConvergeTarget[], databag: Databag): Promise<NodeReport[]> {
    return targets.flatMap((target) => {
      const said = this.script.onCheck?.(target, databag);
      return said === undefined ? [] : [reportOf(target, { outcome: 'failed', ...said })];
    });
  }

  async converge(
    targets: readonly ConvergeTarget[],
    databag: Databag,
    { whyRun = false }: ConvergeOptions,
  ): Promise<NodeReport[]> {
    return targets.map((target) => {
      const converge = { target, databag, whyRun };
      this.converges.push(converge);
      return reportOf(target, this.script.onConverge?.(converge));
    });
  }

  async probe(targets: Parameters<Engine['probe']>[0]): ReturnType<Engine['probe']> {
    return new Map(targets.map(({ ssh: { name } }) => [name, this.script.onProbe?.(name) ?? null]));
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

function reportOf({ ssh }: ConvergeTarget, said: ScriptedReport): NodeReport {
  return { outcome: 'ok', changed: 0, failed: 0, resources: [], ms: 0, ...said, node: ssh.name };
}
