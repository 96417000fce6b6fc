/** One ref that a push wants to change. Object ids in hex, all zeros for "none". */
export interface RefUpdate {
  readonly old: string;
  readonly new: string;
  readonly ref: string;
}

const gapText =
  'this is a shallow clone, and commits that it lacks are not here either: run `git fetch --unshallow` and ' +
  'push again (in CI: check out with fetch-depth: 0)';

/**
 * Why a push is refused, in a sentence for the pusher; undefined when it may go on: exactly one update of a
 * branch that deploys. Tags that come with it, or with a branch that is up to date, have no effect.
 * @param newCommits commits that no branch here has yet; null when some are missing that they build on
 * @param deploying names of the branches that deploy, at least one
 */
export function checkPush(
  updates: readonly RefUpdate[],
  newCommits: number | null,
  deploying: readonly string[],
): string | undefined {
  const branches = updates.filter((update) => !isTag(update));
  const wrong = branches.map((each) => refusalOf(each, deploying)).find((refusal) => refusal !== undefined);
  if (wrong !== undefined) return wrong;
  if (branches.length > 1)
    return `one branch at a time: this push updates ${branches.map(shortName).join(' and ')}`;
  if (branches.length === 0 && newCommits !== 0)
    return `tags are not deployed: push ${deploying.join(' or ')} (you pushed ${tagNames(updates)})`;
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

function refusalOf(update: RefUpdate, deploying: readonly string[]): string | undefined {
  const name = shortName(update);
  if (/^0+$/.test(update.new)) return `${name} cannot be deleted here: \`deis destroy\` removes an app`;
  if (deploying.some((branch) => update.ref === `refs/heads/${branch}`)) return undefined;
  const [first] = deploying;
  const only =
    deploying.length > 1
      ? `only ${deploying.join(' and ')} are deployed`
      : `only ${first} is deployed, as DEIS_DEPLOY_BRANCH of the config says`;
  return `${only}: to deploy ${name}, run \`git push deis ${name}:${first}\``;
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
