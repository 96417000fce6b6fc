import type { LayerKind } from './recipe.js';

/**
 * Whether nodes of a layer do what those of a kind do: a box is a runtime node and a proxy at once, which runs the
 * app's containers and passes requests on to them.
 */
export function isOfKind(layer: LayerKind, kind: LayerKind): boolean {
  return layer === kind || (layer === 'box' && (kind === 'runtime' || kind === 'proxy'));
}
