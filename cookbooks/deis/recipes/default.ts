import { databagAtRest } from '../../databag-for-node.js';
import type { Databag } from '../../databag.js';
import type { Recipe } from '../../recipe.js';
import type { Resource } from '../../resource.js';
import { Secret } from '../../../base/secret.js';
import { guestFolders, placesOf } from '../definitions/guest-places.js';
import { places } from '../definitions/places.js';

/**
 * What every node has: tools that the other recipes fetch with, and the part of the databag that concerns it,
 * so that it can be looked at there. Of a guest its databag alone: the rest is its host's.
 */
export const defaultRecipe: Recipe = (_node, databag) => {
  const kept = { kind: 'file', content: new Secret(databagAtRest(databag)), mode: '0600' } as const;
  const name = `${placesOf(databag).state}/databag.json`;
  if (databag.isLeaving) return [{ kind: 'file', name, action: 'delete' }];
  if (databag.host === undefined) return [...base, { ...kept, name }];
  return [...folderOf(databag), { ...kept, name }];
};

const base: readonly Resource[] = [
  { kind: 'package', name: 'base', packages: ['ca-certificates', 'curl'] },
  { kind: 'directory', name: places.state, mode: '0700' },
];

function folderOf(databag: Databag): Resource[] {
  return [
    { kind: 'directory', name: guestFolders.state, mode: '0700' },
    { kind: 'directory', name: placesOf(databag).state, mode: '0700' },
  ];
}
