import { z } from 'zod';
import type { StepSlots } from '../../../store/operations/fair-share.js';
import { isDockerfilePath } from '../process-types/dockerfile-path.js';
import { OperationKind } from '../../../operation/operation-kind.js';

const objectId = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);
const params = z.object({
  commit: objectId,
  ref: z.string(),
  /** Where the pusher saw the ref; zeros when it was not there. */
  old: objectId,
  /** Path of the Dockerfile to build by, whatever buildpacks are set. Absent: what is pushed decides. */
  dockerfile: z.string().refine(isDockerfilePath).optional(),
});

/** What a push carries out. */
export type PushParams = z.infer<typeof params>;

/** Builds a commit and makes its release live. The newest push to a ref says what shall run. */
export const pushKind = new OperationKind<PushParams>({
  name: 'push',
  params,
  supersedes: (newer, older) => newer.ref === older.ref,
});

/** The first step of a push: it needs a build slot. */
export const buildStep = 'build';

/** Pushes that may be in that step at once. */
export function buildSlots(places: number): StepSlots {
  return { kind: pushKind.name, step: buildStep, places };
}

const commitOnly = z.object({ commit: z.string().nullable().catch(null) });

/** The commit of a push, for showing it; null when its params name none. */
export function pushedCommit({ params: pushed }: { readonly params: unknown }): string | null {
  return commitOnly.parse(pushed).commit;
}
