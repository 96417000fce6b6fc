import type { FormationRecord } from '../store/app/formation-store.js';
import type { Stores } from '../store/stores.js';
import type { GitUser, PushRefusal } from './authorize-push.js';
import type { GitEnd } from './push-witness.js';

/** Who pushes, and from which address. */
export interface Pusher {
  readonly user: GitUser;
  readonly source: string;
}

/**
 * Writes down a push that is refused: in the formation's log when a member made it, else under the name that the
 * client gave, of which there may be none.
 */
export async function auditRefusedPush(
  { audit }: Stores,
  pusher: Pusher,
  name: string,
  { refuse, formation }: PushRefusal,
): Promise<void> {
  const place =
    formation === undefined
      ? { formationId: null, formation: null, target: { formation: name } }
      : { formationId: formation.id, formation: formation.name, target: {} };
  const id = await audit.begin({ ...entryOf(pusher), ...place });
  await audit.finish(id, `refused: ${refuse}`);
}

/**
 * Carries out a push with an entry in the audit log, which is written before a byte is read and says in the end
 * what became of it. Resolves with git's exit code.
 */
export async function auditPush(
  { audit }: Stores,
  pusher: Pusher,
  formation: FormationRecord,
  push: () => Promise<GitEnd>,
): Promise<number> {
  const id = await audit.begin({
    ...entryOf(pusher),
    formationId: formation.id,
    formation: formation.name,
    target: {},
  });
  try {
    const { code, push: end } = await push();
    const { outcome = code === 0 ? 'done' : 'failed', operation } = end ?? {};
    await audit.finish(id, outcome, operation === undefined ? {} : { operation });
    return code;
  } catch (error) {
    await audit.finish(id, 'failed');
    throw error;
  }
}

function entryOf({ user, source }: Pusher) {
  return { actorId: user.id, actor: user.username, action: 'git push', source, requestId: null };
}
