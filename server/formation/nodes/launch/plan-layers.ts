import type { FormationSnapshot } from '../../../store/app/formation-snapshot.js';
import type { LayerRecord } from '../../../store/infrastructure/layer-store.js';
import type { NodeRecord } from '../../../store/infrastructure/node-store.js';

export interface NewNodePlan {
  readonly layer: LayerRecord;
  readonly num: number;
  /** `peachy-waxworks-runtime-1` */
  readonly name: string;
}

export interface LayerPlan {
  /** By layer, lowest free numbers. */
  readonly add: readonly NewNodePlan[];
  /** What is being removed already, then drained nodes, then the newest (highest number). */
  readonly remove: readonly NodeRecord[];
}

/**
 * What nodes must come and go for each layer to have its count. A number stays taken until its node's row is
 * gone.
 */
export function planLayers({
  formation,
  layers,
  nodes,
}: Pick<FormationSnapshot, 'formation' | 'layers' | 'nodes'>): LayerPlan {
  const plans = layers.map((layer) => {
    const own = nodes.filter((node) => node.layerId === layer.id).sort((a, b) => b.num - a.num);
    const staying = own.filter((node) => node.status !== 'removing');
    const surplus = [...staying]
      .sort((a, b) => Number(b.scheduling === 'drained') - Number(a.scheduling === 'drained'))
      .slice(0, Math.max(0, staying.length - layer.count));
    const nums = freeNumbers(
      own.map((node) => node.num),
      layer.count - staying.length,
    );
    return {
      add: nums.map((num) => ({ layer, num, name: `${formation.name}-${layer.name}-${num}` })),
      remove: [...own.filter(({ status }) => status === 'removing'), ...surplus],
    };
  });
  return { add: plans.flatMap(({ add }) => add), remove: plans.flatMap(({ remove }) => remove) };
}

/** The lowest numbers from 1 that are not taken; none when `count` is not positive. */
function freeNumbers(taken: readonly number[], count: number): number[] {
  const free: number[] = [];
  for (let num = 1; free.length < count; num += 1) if (!taken.includes(num)) free.push(num);
  return free;
}
