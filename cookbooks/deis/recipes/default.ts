import { databagAtRest } from '../../databag-for-node.js';
import type { Recipe } from '../../recipe.js';
import { Secret } from '../../../base/secret.js';
import { places } from '../definitions/places.js';

/**
 * What every node has: tools that the other recipes fetch with, and the part of the databag that concerns it,
 * so that it can be looked at there.
 */
export const defaultRecipe: Recipe = (_node, databag) => [
  { kind: 'package', name: 'base', packages: ['ca-certificates', 'curl'] },
  { kind: 'directory', name: places.state, mode: '0700' },
  {
    kind: 'file',
    name: `${places.state}/databag.json`,
    content: new Secret(databagAtRest(databag)),
    mode: '0600',
  },
];
