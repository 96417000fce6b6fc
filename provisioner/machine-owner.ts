import { Conflict } from '../base/errors.js';
import type { TerminateRequest } from './provider.js';

/** What a cloud tells of a machine that a node's uuid or cloud id leads to. */
export interface TaggedMachine {
  readonly cloudId: string;
  /** Empty without that tag. */
  readonly uuid: string;
  /** Of the controller that made it; empty without that tag. */
  readonly instance: string;
}

/**
 * The machines that are the node's: made by this instance, or tagged with the node's uuid under the very id that the
 * cloud gave the node. So a node's machine ends by its own ids, whatever became of the controller that made it.
 * @throws Conflict for another's machine that one of the ids leads to: it runs on, and must not count as ended
 */
export function machinesOf<Machine extends TaggedMachine>(
  node: Pick<TerminateRequest, 'uuid' | 'cloudId' | 'name'>,
  found: readonly Machine[],
  instance: string,
): readonly Machine[] {
  const stranger = found.find(
    (each) => each.instance !== instance && (each.uuid !== node.uuid || each.cloudId !== node.cloudId),
  );
  if (stranger === undefined) return found;
  const owner = stranger.instance === '' ? 'no instance' : `instance ${stranger.instance}`;
  throw new Conflict(
    `${node.name}: the machine ${stranger.cloudId} carries the mark of ${owner}, not of this controller's ` +
      `${instance}, and was left running: see whose it is, and end it where it was made`,
  );
}
