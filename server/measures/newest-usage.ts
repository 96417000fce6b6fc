import type { Stores } from '../store/stores.js';

/** What a container used when its node was read last. */
export interface Usage {
  /** Cores, on average since the reading before. */
  readonly cpu: number;
  /** Bytes in use. */
  readonly memory: number;
  /** Null: as much as the node has. */
  readonly memoryLimit: number | null;
  /** Of the reading, to 10 s. */
  readonly at: Date;
}

interface Place {
  /** Name of its node. */
  readonly node: string | null;
  /** `web.1` */
  readonly process: string;
  readonly port: number;
}

/** What is older says nothing of now. */
export const freshSeconds = 300;

/**
 * Tells what containers of a formation use, as of at most five minutes ago: null of one that was not read since,
 * and where nothing is measured.
 */
export async function newestUsage(
  { measures }: Pick<Stores, 'measures'>,
  formationId: number,
  now: Date,
): Promise<(place: Place) => Usage | null> {
  const since = new Date(now.getTime() - freshSeconds * 1000);
  const rows = new Map((await measures.newestOfFormation(formationId, since)).map((row) => [row.node, row]));
  return ({ node, process, port }) => {
    const row = rows.get(node ?? '');
    const found = row?.measure.containers[`${process} ${port}`];
    if (row === undefined || found === undefined) return null;
    const { cpuMs, memory, memoryLimit } = found;
    const cpu = Math.round((cpuMs / 1000 / row.measure.seconds) * 10_000) / 10_000;
    return { cpu, memory, memoryLimit, at: row.at };
  };
}
