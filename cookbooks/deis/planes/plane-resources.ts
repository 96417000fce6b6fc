import type { Resource } from '../../resource.js';
import { clusterPackages } from './cluster.js';
import { controllerPackages, controllerRecipe } from './controller.js';
import { frontPackages, frontRecipe } from './front.js';
import type { PlaneHost } from './plane-host.js';
import { postgresqlRecipe } from './postgresql.js';
import { standbyRecipe } from './standby.js';

/** What every host of the control plane has. */
const base: readonly Resource[] = [
  { kind: 'package', name: 'base', packages: ['ca-certificates', 'curl', 'openssl'] },
];

/** The recipes of a host's parts, in the order in which they count on each other. */
export function planeRunList({ postgresql, controller, front, standby }: PlaneHost): string[] {
  return [
    ...(postgresql === undefined ? [] : ['recipe[deis::postgresql]']),
    ...(controller === undefined ? [] : ['recipe[deis::controller]']),
    ...(front === undefined ? [] : ['recipe[deis::front]']),
    ...(standby === undefined ? [] : ['recipe[deis::standby]']),
  ];
}

/** The packages of a host's parts, which wait for no other host. */
export function planePackages({ postgresql, controller, front, standby }: PlaneHost): Resource[] {
  const cluster = postgresql ?? standby;
  return [
    ...base,
    ...(cluster === undefined ? [] : clusterPackages(cluster.version)),
    ...(controller === undefined ? [] : controllerPackages(controller)),
    ...(front === undefined ? [] : frontPackages(front)),
  ];
}

/** All that a host of the control plane must be. */
export function planeResources({ postgresql, controller, front, standby }: PlaneHost): Resource[] {
  return [
    ...base,
    ...(postgresql === undefined ? [] : postgresqlRecipe(postgresql)),
    ...(controller === undefined ? [] : controllerRecipe(controller)),
    ...(front === undefined ? [] : frontRecipe(front)),
    ...(standby === undefined ? [] : standbyRecipe(standby)),
  ];
}
