import type Docker from 'dockerode';
import { labels } from '../providers/docker/docker-labels.js';
import { kindLabel, removeImage } from './built-image.js';
import { imageKinds } from './image-recipe.js';
import { isSuite } from './suite.js';

/** Who removes its images, and who else is on this machine. */
export interface Leaving {
  readonly instance: string;
  /** Instances that the engine need not know of: they may have nothing there just now. */
  readonly others: readonly string[];
}

type Engine = Pick<Docker, 'listContainers' | 'listNetworks' | 'listVolumes' | 'listImages' | 'getImage'>;

/**
 * Removes every image of ours that nobody else uses. Containers use theirs, stopped ones too; while there is another
 * instance, it uses those that have the names that nodes and builds are made by. @returns a line for people on each
 */
export async function removeImages(docker: Engine, leaving: Leaving): Promise<string[]> {
  const byContainers = await containersUsers(docker, leaving.instance);
  const others = await otherInstances(docker, leaving);
  const lines: string[] = [];
  // A node image was made of the stack image's layers in it: it goes first.
  for (const kind of [...imageKinds].reverse()) {
    for (const { Id, RepoTags } of await docker.listImages({
      filters: { label: [`${kindLabel}=${kind}`] },
    })) {
      const name = RepoTags?.find(isSuiteName);
      const shown = name ?? RepoTags?.find((tag) => tag !== '<none>:<none>') ?? Id;
      const users = byContainers.get(Id) ?? (name === undefined ? [] : others);
      if (users.length > 0)
        lines.push(`left image ${shown}: ${users.join(', ')} use${users.length > 1 ? '' : 's'} it`);
      else if (await removeImage(docker, Id)) lines.push(`removed image ${shown}`);
      else lines.push(`left image ${shown}: a container uses it`);
    }
  }
  return lines;
}

/** `deis/node:bookworm`, beside which every image has a tag of its recipe. */
const isSuiteName = (tag: string): boolean => isSuite(tag.slice(tag.lastIndexOf(':') + 1));

const named = (instance: string): string => `instance ${instance}`;

/** Ids of images -> whose containers were made of them. */
async function containersUsers(docker: Engine, instance: string): Promise<Map<string, string[]>> {
  const users = new Map<string, Set<string>>();
  for (const { ImageID, Labels } of await docker.listContainers({ all: true })) {
    const owner = Labels[labels.instance];
    if (owner === instance) continue;
    const known = users.get(ImageID) ?? new Set<string>();
    users.set(ImageID, known.add(owner === undefined ? 'a container of somebody else' : named(owner)));
  }
  return new Map([...users].map(([id, names]) => [id, [...names].sort()]));
}

/** All that have anything on the engine, and those that are known otherwise. */
async function otherInstances(docker: Engine, { instance, others }: Leaving): Promise<string[]> {
  const filters = { label: [labels.instance] };
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ]);
  const found = [...containers, ...networks, ...(volumes ?? [])].flatMap(
    ({ Labels }) => Labels?.[labels.instance] ?? [],
  );
  return [...new Set([...found, ...others])]
    .filter((other) => other !== instance)
    .sort()
    .map(named);
}
