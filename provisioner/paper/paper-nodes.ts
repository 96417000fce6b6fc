import type { Engine } from '../engine.js';
import type { LogLine } from '../node-commands/log-line-reader.js';
import type { EnterNode, NodeCommands } from '../node-commands/node-commands.js';
import type { OneOffState } from '../node-commands/one-offs.js';
import { RecordingEngine } from '../recording-engine.js';
import { RecordingTransport } from '../ssh/recording-transport.js';
import type { Transport } from '../ssh/transport.js';
import { isOnPaper } from './paper-address.js';
import { enterPaperNode, paperNodeCommands, type PaperNode } from './paper-node.js';
import { withPaperEngine } from './with-paper-engine.js';

export interface PaperNodesOptions {
  /** What `uname -m` says there. */
  readonly machine: string;
  readonly now: () => Date;
}

/** Of one-off commands' containers on all nodes that this process knows of: the oldest go. */
const maxOneOffs = 1000;

/**
 * All nodes on paper, for as long as the process lives: whoever is reached at a real address is reached, the
 * others are answered for.
 */
export class PaperNodes {
  readonly #options: PaperNodesOptions;
  readonly #oneOffs = new BoundedMap(maxOneOffs);

  constructor(options: PaperNodesOptions) {
    this.#options = options;
  }

  /** A transport that reaches no node on paper, and answers for it as a machine that has booted. */
  transport(real: Transport): Transport {
    const { machine } = this.#options;
    const onExec = ({ command }: { command: readonly string[] }): { stdout: string } | undefined =>
      command[0] === 'uname' ? { stdout: `${machine}\n` } : undefined;
    const paper = new RecordingTransport({ onExec }, 0);
    return { connect: (target, options) => (isOnPaper(target) ? paper : real).connect(target, options) };
  }

  /** Enters a node over SSH unless it is on paper. */
  enter(real: EnterNode): EnterNode {
    return async (target, options) =>
      isOnPaper(target) ? enterPaperNode(this.#node(target.name)) : real(target, options);
  }

  /** An engine that converges nodes on paper there. */
  engine(real: Engine): Engine {
    return withPaperEngine(real, new RecordingEngine());
  }

  /** What nodes are asked beside converging; undefined unless it is on paper. */
  commands({
    ssh,
  }: {
    readonly ssh: { readonly name: string; readonly address: string };
  }): NodeCommands | undefined {
    return isOnPaper(ssh) ? paperNodeCommands(this.#node(ssh.name)) : undefined;
  }

  #node(name: string): PaperNode {
    return {
      oneOffs: this.#oneOffs,
      isSwift: true,
      echoes: true,
      said: `${name} is a node on paper (provider mock): nothing was run.`,
      logs: (process) => [this.#line(name, process)],
    };
  }

  #line(node: string, container: string): LogLine {
    const text = `${node} is a node on paper (provider mock): this container runs nowhere and says nothing.`;
    return { at: this.#options.now().toISOString(), container, stream: 'stdout', text };
  }
}

class BoundedMap extends Map<string, OneOffState> {
  constructor(private readonly maxEntries: number) {
    super();
  }

  override set(key: string, value: OneOffState): this {
    super.set(key, value);
    for (const oldest of this.keys()) if (this.size > this.maxEntries) this.delete(oldest);
    return this;
  }
}
