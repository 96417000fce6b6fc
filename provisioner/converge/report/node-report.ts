import type { RemoteFailure } from '../../../base/errors.js';
import type { ProgramOutcome } from '../run-program.js';
import type { NodeReport, ResourceReport } from '../../engine.js';
import type { ReportEvent } from './report.js';

type EndEvent = Extract<ReportEvent, { event: 'end' }>;

/** A node writes its report itself: what is beyond these is not kept, and the report is no good one. */
const maxResources = 20_000;
const maxTextLength = 32 * 1024 * 1024;

/** Gathers a run's events into the node's report. */
export class NodeReportBuilder {
  readonly #node: string;
  readonly #resources = new Map<number, ResourceReport>();
  #textLength = 0;
  #isTooLong = false;
  #finished = false;

  constructor(node: string) {
    this.#node = node;
  }

  note(event: ReportEvent): void {
    if ('n' in event && !this.#hasRoom(event)) return;
    if (event.event === 'start')
      this.#resources.set(event.n, { n: event.n, resource: event.resource, result: 'unfinished', ms: 0 });
    else if (event.event === 'end') this.#resources.set(event.n, resourceReport(event));
    else if (event.event === 'finish') this.#finished = true;
  }

  /** The report of a program that ended, in whichever way. */
  ended(outcome: ProgramOutcome, ms: number): NodeReport {
    const { end } = outcome;
    if (end.kind === 'refused')
      return {
        ...this.#report('refused', ms, `has generation ${end.have}, newer than ${end.wanted}`),
        generation: end.have,
      };
    if (end.kind === 'locked')
      return this.#report(
        'failed',
        ms,
        `another run (${end.run || 'unnamed'}) held the node's lock all the time`,
      );
    if (this.#isTooLong)
      return this.#report('failed', ms, `it reports more than ${maxResources} resources or 32 MiB of text`);
    if (end.kind === 'exit' && end.code === 0 && this.#finished) return this.#report('ok', ms);
    const failed = this.#failedResources();
    if (failed.length > 0)
      return this.#report(
        'failed',
        ms,
        failed.map((one) => `${one.resource}: ${one.error ?? 'failed'}`).join('\n'),
      );
    return this.#report(
      'failed',
      ms,
      [this.#brokenEnd(outcome), outcome.log.trim()].filter(Boolean).join('\n'),
    );
  }

  /** The report of a node whose program could not be run or followed. */
  failed(failure: RemoteFailure, ms: number): NodeReport {
    const unreachable =
      failure.phase === 'connect' ||
      failure.phase === 'host-key' ||
      failure.phase === 'auth' ||
      failure.phase === 'lost';
    return { ...this.#report(unreachable ? 'unreachable' : 'failed', ms, failure.message), failure };
  }

  /** The report of a node for which there was no program. */
  notCompiled(error: Error, ms: number): NodeReport {
    return this.#report('failed', ms, error.message);
  }

  #hasRoom(event: Extract<ReportEvent, { n: number }>): boolean {
    const texts = event.event === 'end' ? textsOf(event) : [event.resource];
    this.#textLength += texts.reduce((sum, text) => sum + (text?.length ?? 0), 0);
    const isNew = !this.#resources.has(event.n);
    this.#isTooLong ||= this.#textLength > maxTextLength || (isNew && this.#resources.size >= maxResources);
    return !this.#isTooLong;
  }

  #brokenEnd({ end }: ProgramOutcome): string {
    const during = [...this.#resources.values()].find((one) => one.result === 'unfinished')?.resource;
    const where = during ? ` during ${during}` : '';
    if (end.kind !== 'exit') return `the program was killed${where}, or the node went down`;
    if (end.code === 124) return `the program ran out of time${where}`;
    return this.#finished
      ? `the program finished, yet with exit ${end.code}`
      : `the program ended with exit ${end.code}${where} before it had finished`;
  }

  #failedResources(): ResourceReport[] {
    return [...this.#resources.values()].filter((one) => one.result === 'failed');
  }

  #report(outcome: NodeReport['outcome'], ms: number, error?: string): NodeReport {
    const resources = [...this.#resources.values()];
    const changed = resources.filter(
      (one) => one.result === 'changed' || one.result === 'would-change',
    ).length;
    const report = {
      node: this.#node,
      outcome,
      changed,
      failed: this.#failedResources().length,
      resources,
      ms: Math.round(ms),
    };
    return error === undefined ? report : { ...report, error };
  }
}

/** All that is kept of a resource's end. */
function textsOf({ resource, diff, error, container }: EndEvent): (string | undefined)[] {
  return [resource, diff, error, container && JSON.stringify(container)];
}

function resourceReport(end: EndEvent): ResourceReport {
  const { n, resource, result, ms, diff, error, exitCode, container } = end;
  return {
    n,
    resource,
    result,
    ms,
    ...(diff === undefined ? {} : { diff }),
    ...(error === undefined ? {} : { error }),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(container === undefined ? {} : { container }),
  };
}
