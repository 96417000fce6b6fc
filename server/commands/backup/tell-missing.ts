import { Conflict } from '../../../base/errors.js';
import { liveWithout, missingTitles, type MissingFiles } from '../../backup/restore/missing-files.js';
import type { CommandContext } from '../command-context.js';

/** Says what a restore did not bring back, releases that are live before all. */
export function tellMissing({ progress }: Pick<CommandContext, 'progress'>, missing: MissingFiles): void {
  for (const release of liveWithout(missing))
    progress(
      ` !     ${release} IS LIVE, AND ITS SLUG IS LOST: what runs of it on nodes runs on, and no node can start ` +
        'it anew. Push that app before anything else',
    );
  for (const title of missingTitles(missing))
    progress(`the store lacks ${title}, which a build names: push that app again`);
}

/** @throws Conflict where a slug was not restored, so that scripts hear of it: all else was */
export function requireSlugs(missing: MissingFiles): void {
  const count = missing.slugs.length;
  if (count === 0) return;
  const live = liveWithout(missing);
  const isOne = count === 1;
  throw new Conflict(
    `all was restored but for ${isOne ? 'one slug, which is named above' : `${count} slugs, which are named above`}: ` +
      (live.length > 0
        ? `live without one ${live.length === 1 ? 'is' : 'are'} ${live.join(', ')}. `
        : 'no live release is among those that need it. ') +
      'The controller starts all the same, and refuses to roll back to such a release until its commit is pushed again',
  );
}
