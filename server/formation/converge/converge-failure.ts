import { OperationFailure } from '../../operation/operation-errors.js';
import type { NodeReport, ResourceReport } from '../../../provisioner/engine.js';
import { firstOfAlike, groupAlike } from './alike-ends.js';
import { containerEvidence } from './container-evidence.js';
import type { NodeFailure } from '../context/for-each-node.js';

/** Bytes of evidence kept per operation, in equal parts for what failed: 200 lines of a container's log. */
export const maxEvidence = 32 * 1024;
/** Lines that the one who pushed is shown of each failure. */
const shownLines = 50;

/** One line about a node that did not converge: `NODE: container NAME: what is wrong`. */
export function describeReport(report: NodeReport): string {
  return `${report.node}: ${headline(report)}`;
}

/** The same of several nodes where the same is wrong. */
function describeGroup([first, ...others]: readonly [NodeReport, ...NodeReport[]]): string {
  const alike = others.length === 0 ? '' : `, alike on ${others.map(({ node }) => node).join(', ')}`;
  return `${describeReport(first)}${alike}`;
}

/**
 * What a node said about each resource that failed there, last log lines included; empty when it said
 * nothing.
 */
function evidenceOf(report: NodeReport): string[] {
  const failed = failedOf(report);
  const said =
    failed.length > 0
      ? failed.map(({ resource, error }) => `${inWords(resource)}: ${error ?? 'failed'}`)
      : [report.error ?? ''];
  return [...said, report.failure?.stderr ?? ''].filter(Boolean).map((text) => text.trimEnd());
}

/**
 * The failure of an operation some of whose nodes did not converge, each named; undefined when all did.
 * @param what as in `the release did not start`
 */
export function convergeFailure(what: string, reports: readonly NodeReport[]): OperationFailure | undefined {
  const failed = reports.filter(({ outcome }) => outcome !== 'ok');
  const [first] = failed;
  if (first === undefined) return undefined;
  const share = Math.floor(maxEvidence / Math.max(1, failed.flatMap(evidenceOf).length));
  const evidence = failed.map((report) => ({
    node: report.node,
    outcome: report.outcome,
    evidence: evidenceOf(report)
      .map((text) => lastBytes(text, share))
      .join('\n'),
  }));
  const details = { node: failed.map(({ node }) => node).join(', '), nodes: evidence };
  return new OperationFailure(`${what}: ${groupAlike(failed).map(describeGroup).join('; ')}`, details, {
    cause: first.failure,
    evidence: containerEvidence(failed),
  });
}

/** Each node that did not converge, and why. */
export function reportFailures(reports: readonly NodeReport[]): NodeFailure[] {
  return reports
    .filter(({ outcome }) => outcome !== 'ok')
    .map((report) => ({ node: report.node, error: report.failure ?? new Error(headline(report)) }));
}

/**
 * Evidence for people, line by line, as it is shown to the one who pushed: what is wrong with each resource
 * of each node, and below it its last lines; once of containers that ended alike.
 */
export function evidenceLines(reports: readonly NodeReport[]): string[] {
  const bad = reports.filter(({ outcome }) => outcome !== 'ok');
  const shown = firstOfAlike(bad.flatMap(failedOf));
  return bad.flatMap((report) => {
    const failed = failedOf(report);
    if (failed.length === 0)
      return [
        ` !     ${describeReport(report)}`,
        ...evidenceOf(report).flatMap((text) => indented(lastLines(text))),
      ];
    const said = failed.flatMap((resource) => resourceLines(report.node, resource, shown.get(resource)));
    return [...said, ...indented(lastLines(report.failure?.stderr.trimEnd() ?? '').filter(Boolean))];
  });
}

/** @param alike how many more ended alike; undefined of one of those */
function resourceLines(
  node: string,
  { resource, error = 'failed' }: ResourceReport,
  alike: number | undefined,
): string[] {
  if (alike === undefined) return [];
  const [first = '', ...others] = error.trimEnd().split('\n');
  return [
    ` !     ${node}: ${inWords(resource)}: ${first}`,
    ...indented(others.slice(-shownLines)),
    ...(alike === 0 ? [] : [` !     and ${alike} more ended alike`]),
  ];
}

function failedOf({ resources }: NodeReport): ResourceReport[] {
  return resources.filter(({ result }) => result === 'failed');
}

function headline(report: NodeReport): string {
  if (report.outcome === 'unreachable')
    return `cannot be reached: ${report.failure?.message ?? report.error ?? 'no answer'}`;
  if (report.outcome === 'refused') return 'has a newer databag than this one and keeps refusing it';
  const failed = report.resources.find(({ result }) => result === 'failed');
  // The lines that the text of a container announces stand elsewhere.
  if (failed !== undefined)
    return `${inWords(failed.resource)}: ${failed.container?.reason ?? firstLine(failed.error ?? 'failed')}`;
  return firstLine(report.error ?? report.failure?.message ?? 'did not converge');
}

/** `container_health[peachy-web.1-v7-5001]` -> `container peachy-web.1-v7-5001`; others are for operators. */
function inWords(resource: string): string {
  return resource.replace(/^(?:container_health|docker_container)\[(.+)\]$/, 'container $1');
}

function firstLine(text: string): string {
  return text.trimStart().split('\n', 1)[0]!;
}

/** The first line, which says what is wrong, and as many of the last ones as `most` bytes hold. */
function lastBytes(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text;
  const first = Buffer.from(firstLine(text))
    .subarray(0, most >> 1)
    .toString();
  const end = Buffer.from(text)
    .subarray(-(most - Buffer.byteLength(first) - 1))
    .toString();
  // The line that is cut has lost its beginning, perhaps within a character.
  return `${first}\n${end.slice(end.indexOf('\n') + 1)}`;
}

function lastLines(text: string): string[] {
  const [first = '', ...others] = text.split('\n');
  return [first, ...others.slice(-shownLines)];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `       ${line}`);
}
