import type { NodeReport, ResourceReport } from '../../provisioner/engine.js';

/** Lines of one diff that are shown. */
const maxDiff = 20;

/** Resources that changed, or would. */
export function changesOf({ resources }: NodeReport): ResourceReport[] {
  return resources.filter(({ result }) => result === 'changed' || result === 'would-change');
}

/** What a stage changed or would change, resource by resource. @param host with its recipes */
export function stageLines(host: string, report: NodeReport, withDiffs: boolean): string[] {
  const changes = changesOf(report);
  const head = `${host}: ${counted(changes.length, 'change')} in ${counted(report.resources.length, 'resource')}`;
  return [
    head,
    ...changes.flatMap(({ resource, diff }) => [
      `  ${resource}`,
      ...(withDiffs && diff !== undefined && !resource.startsWith('execute[') ? diffLines(diff) : []),
    ]),
  ];
}

function diffLines(diff: string): string[] {
  const lines = diff.trimEnd().split('\n');
  const more = lines.length - maxDiff;
  return [
    ...lines.slice(0, maxDiff).map((line) => `      ${line}`),
    ...(more > 0 ? [`      ... ${counted(more, 'more line')}`] : []),
  ];
}

/** Why a stage ended before its end: the host, the resource, its exit code, and what it said. */
export function failureText(host: string, report: NodeReport): string {
  const failed = report.resources.filter(({ result }) => result === 'failed');
  if (failed.length === 0) return `${host}: ${report.error ?? report.outcome}`;
  return failed
    .map(({ resource, exitCode, error = '' }) => {
      const how = exitCode === undefined ? 'failed' : `failed with exit code ${exitCode}`;
      const said = error
        .trimEnd()
        .split('\n')
        .map((line) => `  ${line}`);
      return [`${host}: ${resource} ${how}:`, ...said].join('\n');
    })
    .join('\n');
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
