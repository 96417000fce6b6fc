import type { NodeReport, ResourceReport } from '../../../provisioner/engine.js';

/** What differs between containers that end for one reason: ports, process ids, times, ids. */
const own = /[0-9a-f]{8,}|\d+/gi;

/**
 * Of resources that failed, those to show: of containers of one process type that ended alike, down to their
 * last lines but for numbers, the first, and how many more there are; 0 of every other resource.
 */
export function firstOfAlike(failed: readonly ResourceReport[]): Map<ResourceReport, number> {
  const firsts = new Map<string, ResourceReport>();
  const more = new Map<ResourceReport, number>();
  for (const resource of failed) {
    const end = endOf(resource, resource.error);
    const first = end === undefined ? undefined : firsts.get(end);
    if (first === undefined) more.set(resource, 0);
    else more.set(first, more.get(first)! + 1);
    if (end !== undefined && first === undefined) firsts.set(end, resource);
  }
  return more;
}

/** Nodes that failed, together where a container of one process type ended for the same reason first. */
export function groupAlike(failed: readonly NodeReport[]): (readonly [NodeReport, ...NodeReport[]])[] {
  const groups = new Map<string, [NodeReport, ...NodeReport[]]>();
  for (const report of failed) {
    const resource = report.resources.find(({ result }) => result === 'failed');
    const end = resource && endOf(resource, resource.container?.reason);
    const group = groups.get(end ?? report.node);
    if (group === undefined) groups.set(end ?? report.node, [report]);
    else group.push(report);
  }
  return [...groups.values()];
}

/** Equal of containers that ended alike; undefined of what is no container. */
function endOf({ container }: ResourceReport, text = ''): string | undefined {
  if (container === undefined) return undefined;
  const { name, exitCode, outOfMemory } = container;
  // `peachy-waxworks-web.1-v7-5001`: the type is what stands before the number.
  const type = name.replace(/\.\d+-v\d+-\d+$/, '');
  return JSON.stringify([type, exitCode, outOfMemory, text.replaceAll(own, '#')]);
}
