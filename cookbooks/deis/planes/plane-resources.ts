import type { Resource } from '../../resource.js';
import { controllerRecipe } from './controller.js';
import { frontRecipe } from './front.js';
import type { PlaneHost } from './plane-host.js';
import { postgresqlRecipe } from './postgresql.js';

/** What every host of the control plane has. */
const base: readonly Resource[] = [
  { kind: 'package', name: 'base', packages: ['ca-certificates', 'curl', 'openssl'] },
];

/** The recipes of a host's parts, in the order in which they count on each other. */
export function planeRunList({ postgresql, controller, front }: PlaneHost): string[] {
  return [
    ...(postgresql === undefined ? [] : ['recipe[deis::postgresql]']),
    ...(controller === undefined ? [] : ['recipe[deis::controller]']),
    ...(front === undefined ? [] : ['recipe[deis::front]']),
  ];
}

/** All that a host of the control plane must be. */
export function planeResources({ postgresql, controller, front }: PlaneHost): Resource[] {
  return [
    ...base,
    ...(postgresql === undefined ? [] : postgresqlRecipe(postgresql)),
    ...(controller === undefined ? [] : controllerRecipe(controller)),
    ...(front === undefined ? [] : frontRecipe(front)),
  ];
}
