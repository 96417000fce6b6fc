import type { NodeReport } from '../../../provisioner/converge/node-report.js';

/** What a container that failed has left behind. */
export interface ContainerEvidence extends Record<string, unknown> {
  readonly node: string;
  /** `peachy-waxworks-web.1-v7-5001` */
  readonly container: string;
  /** `exited with status 7` */
  readonly reason: string;
  /** The last 200 of its output. */
  readonly lines: readonly string[];
  /** Of docker's inspect JSON what holds no values of variables; null where the engine gave none. */
  readonly inspect: Readonly<Record<string, unknown>> | null;
}

const inspectLine = /(?:^|\n)docker inspect: (\{.*\})\s*$/;
const maxLines = 200;

/** The words of a failed resource without the engine's: those are for machines. */
export function withoutInspect(error: string): string {
  return error.replace(inspectLine, '\n');
}

/** Of every container that did not become healthy. */
export function containerEvidence(reports: readonly NodeReport[]): ContainerEvidence[] {
  return reports.flatMap(({ node, resources }) =>
    resources.flatMap(({ resource, result, error }) => {
      const container = /^container_health\[(.+)\]$/.exec(resource)?.[1];
      if (container === undefined || result !== 'failed' || error === undefined) return [];
      const [reason = '', ...lines] = withoutInspect(error).trimEnd().split('\n');
      return [
        {
          node,
          container,
          reason: reason.replace(/; its last lines of output:$/, ''),
          lines: lines.slice(-maxLines),
          inspect: parse(inspectLine.exec(error)?.[1]),
        },
      ];
    }),
  );
}

function parse(json: string | undefined): Record<string, unknown> | null {
  try {
    return json === undefined ? null : (JSON.parse(json) as Record<string, unknown>);
  } catch {
    return null;
  }
}
