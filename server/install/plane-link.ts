import { randomUUID } from 'node:crypto';
import { RemoteFailure } from '../../base/errors.js';
import type { Resource } from '../../cookbooks/resource.js';
import { compileProgram } from '../../provisioner/converge/compile-program.js';
import { NodeReportBuilder } from '../../provisioner/converge/report/node-report.js';
import { NodeSession } from '../../provisioner/converge/node-session.js';
import type { ReportEvent } from '../../provisioner/converge/report/report.js';
import { runProgram } from '../../provisioner/converge/run-program.js';
import type { NodeReport } from '../../provisioner/engine.js';
import type { Connection, SshTarget, Transport } from '../../provisioner/ssh/transport.js';

/** Milliseconds until a host that does not answer counts as unreachable. */
const connectMs = 20_000;
/** Of one host: packages, images of builds, a backup and a migration. */
const convergeMs = 2 * 3600_000;
/** Apart from what nodes keep, for a host may be both. A plan leaves nothing on a disk. */
const stateDir = { apply: '/var/lib/deis-install', plan: '/run/deis-install' } as const;

export interface LinkOptions {
  readonly whyRun: boolean;
  readonly signal: AbortSignal;
  /** Told of each resource as it begins. */
  readonly onResource: (resource: string) => void;
}

/** One host of the control plane: one connection, and the engine that converges nodes. */
export class PlaneLink {
  readonly #session: NodeSession;

  constructor(
    readonly ssh: SshTarget,
    transport: Transport,
  ) {
    this.#session = new NodeSession(transport, ssh);
  }

  /** @throws RemoteFailure */
  connection(signal: AbortSignal): Promise<Connection> {
    return this.#session.connection({ deadlineMs: connectMs, signal });
  }

  /** Makes the host so, or says what would change. What failed stands in the report. */
  async converge(resources: readonly Resource[], options: LinkOptions): Promise<NodeReport> {
    const report = new NodeReportBuilder(this.ssh.name);
    const began = performance.now();
    const elapsed = (): number => performance.now() - began;
    try {
      return report.ended(await this.#run(resources, options, report), elapsed());
    } catch (error) {
      if (error instanceof RemoteFailure) return report.failed(error, elapsed());
      return report.notCompiled(error instanceof Error ? error : new Error(String(error)), elapsed());
    }
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  #run(
    resources: readonly Resource[],
    { whyRun, signal, onResource }: LinkOptions,
    report: NodeReportBuilder,
  ): ReturnType<typeof runProgram> {
    const text = compileProgram(resources, { generation: 1, whyRun });
    const note = (event: ReportEvent): void => {
      report.note(event);
      if (event.event === 'start') onResource(event.resource);
    };
    return runProgram(this.#session, { runId: randomUUID(), text, generation: 1, whyRun }, note, {
      deadlineMs: convergeMs,
      signal,
      connectMs,
      stateDir: whyRun ? stateDir.plan : stateDir.apply,
      sudo: ['sudo', '-n'],
    });
  }
}
