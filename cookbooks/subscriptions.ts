import { UserError } from '../base/errors.js';
import type { Resource } from './resource.js';
import { resourceId } from './resource.js';

/**
 * The resources with each subscription turned into the notification that it is, seen from the other side.
 * @throws UserError for one to a resource that there is not
 */
export function withSubscriptions(resources: readonly Resource[]): readonly Resource[] {
  if (!resources.some(({ subscribes }) => subscribes !== undefined)) return resources;
  const ids = new Set(resources.map(resourceId));
  const subscribers = resources.flatMap((resource) =>
    (resource.subscribes ?? []).map((subscription) => ({ resource, subscription })),
  );
  const lost = subscribers.find(({ subscription }) => !ids.has(subscription.resource));
  if (lost !== undefined)
    throw new UserError(
      `${resourceId(lost.resource)} subscribes to ${lost.subscription.resource}, ` +
        'which no recipe of the run list declares',
      { field: 'subscribes' },
    );
  return resources.map((resource) => {
    const own = subscribers.filter(({ subscription }) => subscription.resource === resourceId(resource));
    const further = own.map(({ resource: subscriber, subscription }) => ({
      ...subscription,
      resource: resourceId(subscriber),
    }));
    return further.length === 0
      ? resource
      : { ...resource, notifies: [...(resource.notifies ?? []), ...further] };
  });
}
