import type { FormationRecord } from '../store/app/formation-store.js';
import type { Stores } from '../store/stores.js';
import type { GitUser } from './authorize-push.js';

/** Who pushes, and from which address. */
export interface Pusher {
  readonly user: GitUser;
  readonly source: string;
}

/** Writes down a push that is refused, under the name that the client gave: there may be no such formation. */
export async function auditRefusedPush({ audit }: Stores, pusher: Pusher, name: string): Promise<void> {
  const id = await audit.begin({
    ...entryOf(pusher),
    formationId: null,
    formation: null,
    target: { formation: name },
  });
  await audit.finish(id, 'refused');
}

/** Carries out a push with an entry in the audit log, which is written before a byte is read. */
export async function auditPush(
  { audit }: Stores,
  pusher: Pusher,
  formation: FormationRecord,
  push: () => Promise<number>,
): Promise<number> {
  const id = await audit.begin({
    ...entryOf(pusher),
    formationId: formation.id,
    formation: formation.name,
    target: {},
  });
  const code = await push();
  await audit.finish(id, code === 0 ? 'done' : 'failed');
  return code;
}

function entryOf({ user, source }: Pusher) {
  return { actorId: user.id, actor: user.username, action: 'git push', source, requestId: null };
}
