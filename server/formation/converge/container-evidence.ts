import type { FailedContainer, NodeReport } from '../../../provisioner/engine.js';

/** What a container that failed has left behind, as a release keeps it and the API shows it. */
export interface ContainerEvidence
  extends Record<string, unknown>, Pick<FailedContainer, 'reason' | 'restarts' | 'lines' | 'inspect'> {
  readonly node: string;
  /** `peachy-waxworks-web.1-v7-5001` */
  readonly container: string;
  readonly exit_code: FailedContainer['exitCode'];
  readonly out_of_memory: FailedContainer['outOfMemory'];
}

/** Of every container that did not become healthy. */
export function containerEvidence(reports: readonly NodeReport[]): ContainerEvidence[] {
  return reports.flatMap(({ node, resources }) =>
    resources.flatMap(({ container }) => (container === undefined ? [] : [evidenceOf(node, container)])),
  );
}

function evidenceOf(node: string, container: FailedContainer): ContainerEvidence {
  const { name, reason, exitCode, outOfMemory, restarts, lines, inspect } = container;
  return {
    node,
    container: name,
    reason,
    exit_code: exitCode,
    out_of_memory: outOfMemory,
    restarts,
    lines,
    inspect,
  };
}
