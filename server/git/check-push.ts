/** One ref that a push wants to change. Object ids in hex, all zeros for "none". */
export interface RefUpdate {
  readonly old: string;
  readonly new: string;
  readonly ref: string;
}

/** Pushing one of these deploys. */
export const deployRefs: readonly string[] = ['refs/heads/master', 'refs/heads/main'];

const gapText =
  'this is a shallow clone, and commits that it lacks are not here either: run `git fetch --unshallow` and ' +
  'push again (in CI: check out with fetch-depth: 0)';

/**
 * Why a push is refused, in a sentence for the pusher; undefined when it may go on: exactly one update of
 * `master` or `main`. Tags that come with it, or with a branch that is up to date, have no effect.
 * @param newCommits commits that no branch here has yet; null when some are missing that they build on
 */
export function checkPush(updates: readonly RefUpdate[], newCommits: number | null): string | undefined {
  const branches = updates.filter((update) => !isTag(update));
  const wrong = branches.map(refusalOf).find((refusal) => refusal !== undefined);
  if (wrong !== undefined) return wrong;
  if (branches.length > 1)
    return `one branch at a time: this push updates ${branches.map(shortName).join(' and ')}`;
  if (branches.length === 0 && newCommits !== 0)
    return `tags are not deployed: push master or main (you pushed ${tagNames(updates)})`;
  return newCommits === null ? gapText : undefined;
}

/** The update that deploys. */
export function deployUpdate(updates: readonly RefUpdate[]): RefUpdate | undefined {
  return updates.find((update) => !isTag(update));
}

/** What is said of tags that come along; undefined when none do. */
export function tagsText(updates: readonly RefUpdate[]): string | undefined {
  const tags = updates.filter(isTag);
  return tags.length === 0
    ? undefined
    : `       Tags are not deployed and not kept here: ${tagNames(tags)} (--no-follow-tags leaves them out)`;
}

function refusalOf(update: RefUpdate): string | undefined {
  if (/^0+$/.test(update.new))
    return `${shortName(update)} cannot be deleted here: \`deis destroy\` removes an app`;
  if (!deployRefs.includes(update.ref))
    return (
      `only master and main are deployed: to deploy ${shortName(update)}, run \`git push deis ` +
      `${shortName(update)}:master\``
    );
  return undefined;
}

function isTag({ ref }: RefUpdate): boolean {
  return ref.startsWith('refs/tags/');
}

const maxTagsNamed = 3;

function tagNames(tags: readonly RefUpdate[]): string {
  const names = tags.slice(0, maxTagsNamed).map(shortName).join(', ');
  const more = tags.length - maxTagsNamed;
  return more > 0 ? `${names} and ${more} more` : names;
}

function shortName({ ref }: RefUpdate): string {
  return ref.replace(/^refs\/(heads|tags)\//, '');
}
