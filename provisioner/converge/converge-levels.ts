import type { Databag } from '../../cookbooks/databag.js';
import type { ConvergeOptions, ConvergeTarget, Fleet } from './fleet.js';
import type { NodeReport } from './node-report.js';

export interface LevelsReport {
  /** Of every node that was converged, level by level. */
  readonly reports: readonly NodeReport[];
  /** Those of them that are not ok. */
  readonly failures: readonly NodeReport[];
  /** Nodes of later levels, which were left alone because of the failures. */
  readonly notReached: readonly string[];
}

/** Converges level by level in ascending order, side by side within a level. A failure lets its level end and stops the later ones: proxies never follow a runtime node that failed. */
export async function convergeLevels(fleet: Pick<Fleet, 'converge'>, targets: readonly ConvergeTarget[], databag: Databag, options: ConvergeOptions): Promise<LevelsReport> {
  const levels = [...new Set(targets.map((target) => target.level))].sort((a, b) => a - b);
  const reports: NodeReport[] = [];
  for (const level of levels) {
    reports.push(...(await fleet.converge(targets.filter((target) => target.level === level), databag, options)));
    const failures = reports.filter((report) => report.outcome !== 'ok');
    if (failures.length > 0) return { reports, failures, notReached: targets.filter((target) => target.level > level).map((target) => target.node.name) };
  }
  return { reports, failures: [], notReached: [] };
}

/** Every failure by name, for people, one node after the other; empty when all is well. */
export function describeFailures({ failures, notReached }: LevelsReport): string {
  const lines = failures.map((report) => `${report.node} ${report.outcome}: ${report.error ?? 'no reason given'}`);
  if (notReached.length > 0) lines.push(`not converged because of that: ${notReached.join(', ')}`);
  return lines.join('\n');
}
