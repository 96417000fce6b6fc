import type { Databag } from '../../../cookbooks/databag.js';
import type { LayerKind, NodeRegistry } from '../../../cookbooks/recipe.js';
import type { Resource } from '../../../cookbooks/resource.js';
import { defaultRunLists } from '../../../cookbooks/run-list.js';
import { compileProgram } from '../../../provisioner/converge/compile-program.js';
import { Fleet } from '../../../provisioner/converge/fleet.js';
import type { ConvergeTarget, NodeReport } from '../../../provisioner/engine.js';
import { NodeSshTransport } from '../../../provisioner/ssh/node-ssh-transport.js';
import { startNode } from './docker-node.js';
import type { StartedNode } from './docker-node.js';

/** A real docker node, converged over SSH by the product's own fleet. */
export class NodeUnderConverge {
  readonly node: StartedNode;
  readonly #kind: LayerKind;
  readonly #fleet = new Fleet(new NodeSshTransport());

  constructor(node: StartedNode, kind: LayerKind) {
    this.node = node;
    this.#kind = kind;
  }

  static async start(kind: LayerKind, instance: string): Promise<NodeUnderConverge> {
    return new NodeUnderConverge(await startNode({ kind, instance }), kind);
  }

  /** Applies the databag with the kind's default run list. */
  async converge(
    databag: Databag,
    options: { whyRun?: boolean; downloads?: Record<string, string>; registry?: NodeRegistry } = {},
  ): Promise<NodeReport> {
    const { whyRun = false, downloads = {}, registry } = options;
    return only(
      await this.#fleet.converge([this.#target(downloads, registry)], databag, {
        whyRun,
        deadlineMs: 150_000,
      }),
    );
  }

  /** Applies resources that no recipe of ours declares. */
  async apply(resources: readonly Resource[], databag: Databag, whyRun = false): Promise<NodeReport> {
    const { generation } = databag;
    const fleet = new Fleet(new NodeSshTransport(), {
      compile: () => ({
        text: compileProgram(resources, { generation, whyRun }),
        generation,
        resources: resources.length,
      }),
    });
    try {
      return only(await fleet.converge([this.#target({})], databag, { whyRun, deadlineMs: 150_000 }));
    } finally {
      await fleet.close();
    }
  }

  async close(): Promise<void> {
    await this.#fleet.close();
  }

  #target(downloads: Record<string, string>, registry?: NodeRegistry): ConvergeTarget {
    const { name, address, ssh } = this.node;
    return {
      node: {
        name,
        layer: this.#kind,
        kind: this.#kind,
        address,
        username: ssh.username,
        attributes: {},
        downloads,
        ...(registry === undefined ? {} : { registry }),
      },
      level: 0,
      runList: defaultRunLists[this.#kind],
      ssh,
    };
  }
}

function only(reports: readonly NodeReport[]): NodeReport {
  const [report] = reports;
  if (report === undefined) throw new Error('a converge of one node gave no report');
  return report;
}

/** What a report says did not stay as it was: `file[/etc/x] changed`. */
export function movements(report: NodeReport): string[] {
  return report.resources
    .filter(({ result }) => result !== 'up-to-date' && result !== 'skipped')
    .map(({ resource, result }) => `${resource} ${result}`);
}
