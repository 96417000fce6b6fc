import { passesTls, type PlaneFile } from './file/plane-file.js';

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

/** What is on a host already, of what decides the order. */
interface FoundParts {
  readonly parts: readonly PlanePart[];
  readonly passesTls?: boolean;
}

/** In which order the recipes of one host count on each other. */
const order: readonly PlanePart[] = ['postgresql', 'controller', 'front', 'standby'];

/**
 * In which order hosts are converged: the database, one controller after the other, then what stands before them; the
 * copy of the database last, which nothing waits for. What follows one another on one host is one stage.
 */
export function stagesOf({ postgresql, controllers, proxy }: PlaneFile, isFrontFirst = false): Stage[] {
  const apis = controllers.map(({ host }) => [host, 'controller'] as const);
  const front = [proxy.host, 'front'] as const;
  const steps: readonly (readonly [host: string, part: PlanePart])[] = [
    ...(postgresql.host === undefined ? [] : [[postgresql.host, 'postgresql'] as const]),
    ...(isFrontFirst ? [front, ...apis] : [...apis, front]),
    ...(postgresql.standby === undefined ? [] : [[postgresql.standby, 'standby'] as const]),
  ];
  return steps.reduce<Stage[]>((stages, [host, part]) => {
    const last = stages.at(-1);
    return last?.host === host && order.indexOf(last.parts.at(-1)!) < order.indexOf(part)
      ? [...stages.slice(0, -1), { host, parts: [...last.parts, part] }]
      : [...stages, { host, parts: [part] }];
  }, []);
}

/**
 * The same, for hosts as they are. APIs with a certificate of their own take requests of nginx in clear, too; those
 * without one take nothing else. So who serves is served on: nginx changes after APIs that get one, and before APIs
 * that give it up.
 */
export function stagesFor(file: PlaneFile, foundOn: (host: string) => FoundParts): Stage[] {
  const { proxy, controllers } = file;
  const isGivenUp = !passesTls(file) && foundOn(proxy.host).passesTls === true;
  const serves = controllers.some(
    ({ host, roles }) => roles.includes('api') && foundOn(host).parts.includes('controller'),
  );
  return stagesOf(file, isGivenUp && serves);
}
