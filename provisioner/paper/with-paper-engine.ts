import type { ConvergeTarget, Engine, NodeReport } from '../engine.js';
import { isOnPaper } from './paper-address.js';

/**
 * Sends each node to the engine that it is for. Recipes of nodes on paper are tried as those of others are:
 * one that makes no sense fails there, too. Both engines are closed with it.
 */
export function withPaperEngine(real: Engine, paper: Engine): Engine {
  return {
    check: (...request) => real.check(...request),
    converge: async (targets, databag, options) => {
      const onPaper = targets.filter(({ ssh }) => isOnPaper(ssh));
      const wrong = onPaper.length === 0 ? [] : await real.check(onPaper, databag);
      const good = onPaper.filter(({ ssh }) => !wrong.some(({ node }) => node === ssh.name));
      const [reached, noted] = await Promise.all([
        real.converge(
          targets.filter(({ ssh }) => !isOnPaper(ssh)),
          databag,
          options,
        ),
        paper.converge(good, databag, options),
      ]);
      return inOrderOf(targets, [...wrong, ...reached, ...noted]);
    },
    probe: async (targets, ...rest) => {
      const [reached, noted] = await Promise.all([
        real.probe(
          targets.filter(({ ssh }) => !isOnPaper(ssh)),
          ...rest,
        ),
        paper.probe(
          targets.filter(({ ssh }) => isOnPaper(ssh)),
          ...rest,
        ),
      ]);
      return new Map([...reached, ...noted]);
    },
    close: async () => void (await Promise.all([real.close(), paper.close()])),
  };
}

function inOrderOf(targets: readonly ConvergeTarget[], reports: readonly NodeReport[]): NodeReport[] {
  const byNode = new Map(reports.map((report) => [report.node, report]));
  return targets.flatMap(({ ssh }) => byNode.get(ssh.name) ?? []);
}
