import type { NeededImages } from './collect-images.js';
import type { OperatorRegistry } from './operator-registry.js';

export interface CollectOperatorImagesOptions {
  readonly registry: Pick<OperatorRegistry, 'formations' | 'images' | 'remove'>;
  /** Asked when the images have been listed: what is recorded between the two is known. */
  readonly needed: () => Promise<NeededImages>;
  /** Formations whose pushes are under way: they may have sent what they have not recorded. */
  readonly pushing: () => Promise<ReadonlySet<string>>;
}

/** What was removed, and whether the registry lets images be removed. */
export interface CollectedImages {
  readonly gone: readonly string[];
  readonly refused: boolean;
}

/**
 * Removes from the operator's registry the images that no kept build needs: those of formations that are there,
 * and where the registry lists its repositories, of formations that were. Nobody may write manifests meanwhile.
 * Safe to repeat.
 */
export async function collectOperatorImages(
  { registry, needed, pushing }: CollectOperatorImagesOptions,
  signal: AbortSignal,
): Promise<CollectedImages> {
  const busy = await pushing();
  const known = (await registry.formations(signal)) ?? [...(await needed()).formations];
  const gone: string[] = [];
  for (const formation of known.filter((each) => !busy.has(each))) {
    const present = await registry.images(formation, signal);
    const { images } = await needed();
    for (const id of present.filter((each) => images.get(formation)?.has(each) !== true)) {
      if (!(await registry.remove(formation, id, signal))) return { gone, refused: true };
      gone.push(id);
    }
  }
  return { gone, refused: false };
}
