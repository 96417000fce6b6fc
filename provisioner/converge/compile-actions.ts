import { UserError } from '../../base/errors.js';
import type { Resource } from '../../cookbooks/resource.js';
import { resourceId } from '../../cookbooks/resource.js';
import type { Notification } from '../../cookbooks/resources/common.js';
import { shellQuote } from '../ssh/shell-quote.js';
import { compilerOf } from './resource-compilers.js';

interface CompiledActions {
  /** Keys of all actions, separated by blanks. */
  readonly keys: string;
  /** The variable `action_id_KEY` and the function `action_KEY` of each. */
  readonly text: string;
  /** Keys that a resource notifies, `!` after those that act at once. */
  notifies(resource: Resource): string;
}

/**
 * The actions that resources notify one another of, each once. @throws UserError naming a notification that
 * reaches nothing
 */
export function compileActions(resources: readonly Resource[]): CompiledActions {
  const byId = new Map(resources.map((resource, n) => [resourceId(resource), { resource, n }]));
  const statements = new Map<string, string>();
  for (const resource of resources) {
    for (const notification of resource.notifies ?? [])
      statements.set(actionName(notification), compileAction(resource, notification, byId));
  }
  const names = [...statements.keys()];
  return {
    keys: names.map((_, key) => key).join(' '),
    text: names
      .map(
        (name, key) =>
          `action_id_${key}=${shellQuote([JSON.stringify(name)])}\n` +
          `action_${key}() {\n${statements.get(name)}\n}`,
      )
      .join('\n'),
    notifies: (resource) =>
      (resource.notifies ?? [])
        .map(
          (notification) =>
            `${names.indexOf(actionName(notification))}${notification.timing === 'immediate' ? '!' : ''}`,
        )
        .join(' '),
  };
}

/** `service[nginx] reload` */
function actionName({ resource, action }: Notification): string {
  return `${resource} ${action}`;
}

function compileAction(
  from: Resource,
  notification: Notification,
  byId: ReadonlyMap<string, { resource: Resource; n: number }>,
): string {
  const target = byId.get(notification.resource);
  if (target === undefined)
    throw new UserError(
      `${resourceId(from)} notifies ${notification.resource}, which no recipe of the run list declares`,
      { field: 'notifies' },
    );
  const statement = compilerOf(target.resource).act?.(target.resource, notification.action, target.n);
  if (statement === undefined)
    throw new UserError(
      `${resourceId(from)} notifies ${notification.resource} to ${notification.action}, which it cannot`,
      { field: 'notifies' },
    );
  return statement;
}
