/** One ref that a push wants to change. Object ids in hex, all zeros for "none". */
export interface RefUpdate {
  readonly old: string;
  readonly new: string;
  readonly ref: string;
}

/** Pushing one of these deploys. */
export const deployRefs: readonly string[] = ['refs/heads/master', 'refs/heads/main'];

/**
 * Why a push is refused, in a sentence for the pusher; undefined when it may go on: exactly one update of
 * `master` or `main`.
 */
export function checkPush(updates: readonly RefUpdate[]): string | undefined {
  const wrong = updates.map(refusalOf).find((refusal) => refusal !== undefined);
  if (wrong !== undefined) return wrong;
  if (updates.length > 1)
    return (
      'one branch at a time: this push updates ' +
      `${updates.map((update) => shortName(update.ref)).join(' and ')}`
    );
  return undefined;
}

function refusalOf(update: RefUpdate): string | undefined {
  if (update.ref.startsWith('refs/tags/'))
    return `tags are not deployed: push master or main (you pushed the tag ${shortName(update.ref)})`;
  if (/^0+$/.test(update.new))
    return `${shortName(update.ref)} cannot be deleted here: \`deis destroy\` removes an app`;
  if (!deployRefs.includes(update.ref))
    return (
      `only master and main are deployed: to deploy ${shortName(update.ref)}, ` +
      `run \`git push deis ${shortName(update.ref)}:master\``
    );
  return undefined;
}

function shortName(ref: string): string {
  return ref.replace(/^refs\/(heads|tags)\//, '');
}
