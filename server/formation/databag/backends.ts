import type { BackendCheck, Databag, HealthSettings, Placement } from '../../../cookbooks/databag.js';
import type { ContainerRecord } from '../../store/app/container-store.js';
import type { SnapshotRelease } from '../../store/app/formation-snapshot.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import { sortedByKey } from './sorted-by-key.js';
import { ofType } from './tcp-mode.js';

/** A container with where it is and what it runs. */
export type PlacedContainer = ContainerRecord & {
  readonly node: NodeRecord;
  readonly release: SnapshotRelease;
  readonly state: Placement['state'];
};

/** `address:port` of the containers of a type that proxies pass on to, with how proxies check them. */
export function backendsOf(
  placed: readonly PlacedContainer[],
  type: string,
): Pick<Databag['proxy'], 'backends' | 'checks'> {
  const serving = servingOf(placed, type);
  return { backends: serving.map(backendOf).sort(), ...checksOf(serving) };
}

/** But for those on nodes that cannot be reached. */
function servingOf(placed: readonly PlacedContainer[], wanted: string): PlacedContainer[] {
  return placed.filter(
    ({ type, state, node }) =>
      type === wanted && state === 'serving' && node.status !== 'lost' && node.privateAddress !== null,
  );
}

function backendOf({ node, port }: PlacedContainer): string {
  return `${node.privateAddress}:${port}`;
}

/** Where their release says anything. */
function checksOf(serving: readonly PlacedContainer[]): Pick<Databag['proxy'], 'checks'> {
  const checks = serving.flatMap((container): [string, BackendCheck][] => {
    const check = ofType(container.release.health, container.type);
    return check === undefined ? [] : [[backendOf(container), backendCheck(check)]];
  });
  return checks.length === 0 ? {} : { checks: sortedByKey(checks) };
}

function backendCheck(check: HealthSettings): BackendCheck {
  const { kind, path, status, timeoutSeconds, intervalSeconds, retries } = check;
  return {
    kind,
    ...(path === undefined ? {} : { path }),
    ...(status === undefined ? {} : { status }),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    ...(intervalSeconds === undefined ? {} : { intervalSeconds }),
    ...(retries === undefined ? {} : { retries }),
  };
}
