import type { PlaneFile } from './file/plane-file.js';

export type PlanePart = 'postgresql' | 'controller' | 'front' | 'standby';

/** What one host becomes in one go. */
export interface Stage {
  readonly host: string;
  readonly parts: readonly PlanePart[];
}

/** All that a host becomes. */
export function partsOf(host: string, stages: readonly Stage[]): PlanePart[] {
  return stages.filter((stage) => stage.host === host).flatMap(({ parts }) => parts);
}

/**
 * In which order hosts are converged: the database, one controller after the other, then what stands before them; the
 * copy of the database last, which nothing waits for. What follows one another on one host is one stage.
 */
export function stagesOf({ postgresql, controllers, proxy }: PlaneFile): Stage[] {
  const steps: readonly (readonly [host: string, part: PlanePart])[] = [
    ...(postgresql.host === undefined ? [] : [[postgresql.host, 'postgresql'] as const]),
    ...controllers.map(({ host }) => [host, 'controller'] as const),
    [proxy.host, 'front'],
    ...(postgresql.standby === undefined ? [] : [[postgresql.standby, 'standby'] as const]),
  ];
  return steps.reduce<Stage[]>((stages, [host, part]) => {
    const last = stages.at(-1);
    return last?.host === host
      ? [...stages.slice(0, -1), { host, parts: [...last.parts, part] }]
      : [...stages, { host, parts: [part] }];
  }, []);
}
