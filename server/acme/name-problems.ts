import type { NameProblem } from '../store/app/certificates/auto-cert-store.js';
import type { AcmeParts } from './acme-parts.js';
import type { AutoState } from './auto-state.js';
import { pauseAfter, type Setback } from './decisions/next-attempt.js';
import { preflight } from './preflight/preflight.js';

type Problems = Readonly<Record<string, NameProblem>>;

export interface ProblemSeen {
  readonly name: string;
  /** A sentence. */
  readonly problem: string;
  readonly setback: Setback;
  readonly retryAfterMs?: number | undefined;
  readonly lifetimeMs?: number | undefined;
}

/** What speaks against a name, once more or for the first time. */
export function withProblem(problems: Problems, seen: ProblemSeen, now: Date): Problems {
  const tries = (problems[seen.name]?.tries ?? 0) + 1;
  const pauseMs = pauseAfter(seen.setback, tries, seen);
  return {
    ...problems,
    [seen.name]: {
      problem: seen.problem,
      at: now.toISOString(),
      tries,
      notBefore: new Date(now.getTime() + pauseMs).toISOString(),
      ...(seen.setback === 'not-ready' ? {} : { isHeld: true }),
    },
  };
}

/** Whether a name is to be left alone for now. */
export function isNamePaused(problem: NameProblem | undefined, now: Date): boolean {
  return problem !== undefined && new Date(problem.notBefore) > now;
}

/**
 * Looks at names before they are ordered, and writes down what speaks against each. A name that the CA has refused and
 * whose pause is over counts as ready: the CA alone knows. Resolves to what is known then of all names.
 */
export async function checkNames(
  { formation: { stores, now, newId }, client, network }: AcmeParts,
  { formation, auto, account, proxies, formerProxies }: AutoState,
  names: readonly string[],
  lifetimeMs: number | undefined,
  signal: AbortSignal,
): Promise<Problems> {
  const { caaIdentities } = (await client.directory(signal)).meta;
  let { problems } = auto;
  for (const name of names) {
    if (isNamePaused(problems[name], now())) continue;
    const question = {
      name,
      proxies,
      formerProxies,
      thumbprint: account.thumbprint,
      caaIdentities,
      token: `deis-${newId()}`,
    };
    const problem = await preflight(question, network, signal);
    if (problem !== undefined)
      problems = withProblem(problems, { name, problem, setback: 'not-ready', lifetimeMs }, now());
    else if (problems[name]?.isHeld !== true) problems = without(problems, name);
  }
  await stores.autoCerts.setProblems(formation.id, problems);
  return problems;
}

/** Names that may be ordered now. */
export function readyNames(problems: Problems, names: readonly string[], now: Date): Set<string> {
  return new Set(
    names.filter((name) => {
      const problem = problems[name];
      return problem === undefined || (problem.isHeld === true && !isNamePaused(problem, now));
    }),
  );
}

export function without(problems: Problems, ...names: readonly string[]): Problems {
  return Object.fromEntries(Object.entries(problems).filter(([name]) => !names.includes(name)));
}
