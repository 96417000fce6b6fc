import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import type { Databag } from '../../cookbooks/databag.js';
import { RemoteFailure } from '../../base/errors.js';
import { platformRecipes, type Recipes } from '../../cookbooks/run-list.js';
import type { ConvergeOptions, ConvergeTarget, Engine, NodeReport } from '../engine.js';
import type { Connection, SshTarget, Transport } from '../ssh/transport.js';
import { compileNodeProgram } from './compile-node-program.js';
import { NodeReportBuilder } from './report/node-report.js';
import { handshakeTurnMs, NodeSession } from './node-session.js';
import type { ReportEvent } from './report/report.js';
import { runProgram } from './run-program.js';

/** What may be told of a converge beside what every engine is. */
export interface FleetConvergeOptions extends ConvergeOptions {
  /** Each line of each node's report, as it arrives. */
  readonly onReport?: (node: string, event: ReportEvent) => void;
}

export interface FleetOptions {
  /** Handshakes at once. Default 20. */
  readonly maxHandshakes?: number;
  /** Milliseconds that one of them may hold up others. Default 1 s. */
  readonly turnMs?: number;
  /** Milliseconds until a node that does not answer counts as unreachable. Default 20 s. */
  readonly connectMs?: number;
  /** Milliseconds of some clock, for durations. */
  readonly now?: () => number;
  readonly newRunId?: () => string;
  /** The nodes' state directory. Default /var/lib/deis. */
  readonly stateDir?: string;
  /** What programs are entered with. Default `sudo -n`. */
  readonly sudo?: readonly string[];
  readonly compile?: typeof compileNodeProgram;
  /** Where recipes come from, asked once per converge and run list. Default: the platform's own. */
  readonly recipesOf?: (runList: readonly string[]) => Promise<Recipes>;
}

/** Milliseconds for one that has not answered a moment ago. */
const suspectMs = 3000;

/**
 * The native engine: the nodes of one operation, with one connection each for its whole life, and sh programs
 * for them.
 */
export class Fleet implements Engine {
  readonly #transport: Transport;
  readonly #options: Required<FleetOptions>;
  readonly #sessions = new Map<string, NodeSession>();
  readonly #handshakes: <T>(open: () => Promise<T>) => Promise<T>;

  constructor(transport: Transport, options: FleetOptions = {}) {
    this.#transport = transport;
    this.#options = {
      maxHandshakes: 20,
      turnMs: handshakeTurnMs,
      connectMs: 20_000,
      now: () => performance.now(),
      newRunId: randomUUID,
      stateDir: '/var/lib/deis',
      sudo: ['sudo', '-n'],
      compile: compileNodeProgram,
      recipesOf: () => Promise.resolve(platformRecipes),
      ...options,
    };
    this.#handshakes = pLimit(this.#options.maxHandshakes);
  }

  /** As the contract says: recipes are compiled, and the programs thrown away. */
  async check(targets: readonly ConvergeTarget[], databag: Databag): Promise<NodeReport[]> {
    const recipesOf = shared(this.#options.recipesOf);
    const reports = await Promise.all(
      targets.map(async ({ node, runList, ssh }): Promise<NodeReport[]> => {
        try {
          this.#options.compile(node, databag, runList, { recipes: await recipesOf(runList) });
          return [];
        } catch (error) {
          return [new NodeReportBuilder(ssh.name).notCompiled(asError(error), 0)];
        }
      }),
    );
    return reports.flat();
  }

  /**
   * Converges all targets side by side and resolves when every one has ended, to a report for each, in their
   * order. A node's failure stands in its report.
   */
  converge(
    targets: readonly ConvergeTarget[],
    databag: Databag,
    options: FleetConvergeOptions,
  ): Promise<NodeReport[]> {
    const recipesOf = shared(this.#options.recipesOf);
    return Promise.all(
      targets.map((target) => this.#convergeNode(target, databag, { ...options, recipesOf })),
    );
  }

  /**
   * Tries to reach every target and run `true` there: name -> null, or why not. Suspects, who were silent
   * just now, have less time.
   */
  async probe(
    targets: readonly { readonly ssh: SshTarget }[],
    signal?: AbortSignal,
    suspects: ReadonlySet<string> = new Set(),
  ): Promise<Map<string, RemoteFailure | null>> {
    const answers = targets.map(async ({ ssh }): Promise<[string, RemoteFailure | null]> => [
      ssh.name,
      await this.#probeNode(
        ssh,
        signal,
        suspects.has(ssh.name) ? Math.min(suspectMs, this.#options.connectMs) : this.#options.connectMs,
      ),
    ]);
    return new Map(await Promise.all(answers));
  }

  /** The node's connection, opened if need be; belongs to the fleet. @throws RemoteFailure */
  connection(target: { readonly ssh: SshTarget }, signal?: AbortSignal): Promise<Connection> {
    return this.#session(target.ssh).connection({ deadlineMs: this.#options.connectMs, signal });
  }

  async close(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => session.close()));
  }

  async #convergeNode(
    target: ConvergeTarget,
    databag: Databag,
    options: FleetConvergeOptions & Pick<Required<FleetOptions>, 'recipesOf'>,
  ): Promise<NodeReport> {
    const began = this.#options.now();
    const elapsed = (): number => this.#options.now() - began;
    const report = new NodeReportBuilder(target.ssh.name);
    try {
      return report.ended(await this.#runNode(target, databag, options, report), elapsed());
    } catch (error) {
      if (error instanceof RemoteFailure) return report.failed(error, elapsed());
      return report.notCompiled(asError(error), elapsed());
    } finally {
      // Also of a node that was lost at one.
      options.onResource?.(target.ssh.name, undefined);
    }
  }

  async #runNode(
    target: ConvergeTarget,
    databag: Databag,
    options: FleetConvergeOptions & Pick<Required<FleetOptions>, 'recipesOf'>,
    report: NodeReportBuilder,
  ): ReturnType<typeof runProgram> {
    const whyRun = options.whyRun ?? false;
    const recipes = await options.recipesOf(target.runList);
    const { text, generation } = this.#options.compile(target.node, databag, target.runList, {
      whyRun,
      recipes,
    });
    const { deadlineMs, signal, onReport, onResource } = options;
    const note = (event: ReportEvent): void => {
      report.note(event);
      onReport?.(target.ssh.name, event);
      if (event.event === 'start') onResource?.(target.ssh.name, event.resource);
      else if (event.event === 'end') onResource?.(target.ssh.name, undefined);
    };
    const run = { runId: this.#options.newRunId(), text, generation, whyRun };
    const { connectMs, stateDir, sudo } = this.#options;
    const { guest } = target;
    return runProgram(this.#session(target.ssh), run, note, {
      deadlineMs,
      signal,
      connectMs,
      stateDir: guest === undefined ? stateDir : `${stateDir}/guests/${guest.name}`,
      ...(guest?.takesTurns ? { lock: `${stateDir}/lock` } : {}),
      sudo,
    });
  }

  async #probeNode(
    ssh: SshTarget,
    signal: AbortSignal | undefined,
    deadlineMs: number,
  ): Promise<RemoteFailure | null> {
    try {
      const connection = await this.#session(ssh).connection({ deadlineMs, signal });
      await connection.exec({ command: ['true'], deadlineMs, ...(signal ? { signal } : {}) });
      return null;
    } catch (error) {
      if (error instanceof RemoteFailure) return error;
      throw error;
    }
  }

  #session(target: SshTarget): NodeSession {
    // A node that changed its address or keys within an operation is another one to reach.
    const key = JSON.stringify([target.name, target.username, target.address, target.port, target.hostKeys]);
    const session =
      this.#sessions.get(key) ??
      new NodeSession(this.#transport, target, this.#handshakes, this.#options.turnMs);
    this.#sessions.set(key, session);
    return session;
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Asks once for each run list. */
function shared(recipesOf: Required<FleetOptions>['recipesOf']): Required<FleetOptions>['recipesOf'] {
  const asked = new Map<string, ReturnType<typeof recipesOf>>();
  return (runList) => {
    const key = runList.join();
    const answer = asked.get(key) ?? recipesOf(runList);
    asked.set(key, answer);
    return answer;
  };
}
