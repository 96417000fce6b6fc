import type { ContainerSighting } from './read-containers.js';

interface End {
  readonly exitCode: number | null;
  readonly outOfMemory: boolean;
}

/** More ends than that between two looks are not told apart. */
const maxEnds = 10_000;

/**
 * Remembers how containers ended until their node is looked at: by then they run again, and the engine knows no
 * more of it.
 */
export class ContainerEnds {
  readonly #ends = new Map<string, End>();

  /** Of something that happened to a Docker container of a node. */
  heard(
    nodeId: string,
    {
      what,
      name,
      exitCode,
    }: { readonly what: string; readonly name: string; readonly exitCode: number | null },
  ): void {
    const key = keyOf(nodeId, name);
    const before = this.#ends.get(key);
    if (this.#ends.size >= maxEnds && before === undefined) return;
    if (what === 'oom') this.#ends.set(key, { exitCode: before?.exitCode ?? null, outOfMemory: true });
    if (what === 'die') this.#ends.set(key, { exitCode, outOfMemory: before?.outOfMemory ?? false });
  }

  /**
   * What was seen on a node, with how those ended that run again; that is forgotten then.
   * @param looked names of the Docker containers that were looked at; default: all of the node's
   */
  addTo(
    nodeId: string,
    sightings: readonly ContainerSighting[],
    looked?: ReadonlySet<string>,
  ): ContainerSighting[] {
    const seen = sightings.map((sighting) => {
      const end = [...this.#ends].find(([key]) => isOf(key, nodeId, sighting))?.[1];
      if (end === undefined) return sighting;
      const { exitCode, outOfMemory } = sighting.seen;
      return {
        ...sighting,
        seen: {
          ...sighting.seen,
          exitCode: exitCode ?? end.exitCode,
          outOfMemory: outOfMemory || end.outOfMemory,
        },
      };
    });
    const own = [...this.#ends.keys()].filter((key) => key.startsWith(keyOf(nodeId, '')));
    for (const key of own) if (looked?.has(key.slice(nodeId.length + 1)) ?? true) this.#ends.delete(key);
    return seen;
  }
}

function keyOf(nodeId: string, name: string): string {
  return `${nodeId} ${name}`;
}

/** Docker's name ends with process, release and port: `peachy-waxworks-web.1-v7-5001`. */
function isOf(key: string, nodeId: string, { process, port }: ContainerSighting): boolean {
  return key.startsWith(`${nodeId} `) && key.endsWith(`-${port}`) && key.includes(`-${process}-v`);
}
