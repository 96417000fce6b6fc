import { MachineGone } from '../../../base/errors.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import { waits } from '../context/deadlines.js';
import type { ProviderParts } from '../context/open-provider.js';
import { findMoved } from './find-moved-nodes.js';

/** Milliseconds for which what clouds say of a formation holds: nodes that fall silent together are one question. */
const freshMs = 5000;
/** Formations whose answers are kept; beyond that all are asked again. */
const maxKept = 1000;

interface Answer {
  readonly until: number;
  /** Ids of the nodes whose machines are gone. */
  readonly gone: Promise<ReadonlySet<string>>;
}

/** Knows of nodes that do not answer whether their machines are there at all, by asking their clouds. */
export class MachinesGone {
  readonly #parts: ProviderParts;
  readonly #now: () => number;
  readonly #answers = new Map<number, Answer>();

  /** @param now milliseconds of some clock */
  constructor(parts: ProviderParts, now: () => number = () => performance.now()) {
    this.#parts = parts;
    this.#now = now;
  }

  /**
   * Why the node that is reached there will never answer; undefined where its cloud has its machine, and of machines
   * that are still being made, or are in no cloud. @throws what the cloud answers
   */
  async whyGone({ name, address }: { name: string; address: string }): Promise<string | undefined> {
    const node = await this.#parts.stores.nodes.reachedAt(name, address);
    if (node === undefined || !isInCloud(node)) return undefined;
    return (await this.#goneOf(node.formationId)).has(node.id) ? goneFailure(node).message : undefined;
  }

  #goneOf(formationId: number): Promise<ReadonlySet<string>> {
    const kept = this.#answers.get(formationId);
    if (kept !== undefined && kept.until > this.#now()) return kept.gone;
    if (this.#answers.size >= maxKept) this.#answers.clear();
    const gone = this.#ask(formationId);
    this.#answers.set(formationId, { until: this.#now() + freshMs, gone });
    return gone;
  }

  async #ask(formationId: number): Promise<ReadonlySet<string>> {
    const nodes = await this.#parts.stores.nodes.ofFormation(formationId);
    const names = new Set(nodes.filter(isInCloud).map(({ name }) => name));
    const { gone } = await findMoved(this.#parts, formationId, names, AbortSignal.timeout(waits.answer));
    return new Set(gone.map(({ id }) => id));
  }
}

/** Clouds may not list at once what they have just begun to make. */
function isInCloud({ status, cloudId, adopted }: NodeRecord): boolean {
  return cloudId !== null && !adopted && (status === 'ready' || status === 'lost' || status === 'removing');
}

export function goneFailure({ name, cloudId }: Pick<NodeRecord, 'name' | 'cloudId'>): MachineGone {
  return new MachineGone(
    `its machine ${cloudId} was terminated, the cloud has it no more: \`deis nodes:replace ${name}\``,
    { node: name, phase: 'connect' },
  );
}
