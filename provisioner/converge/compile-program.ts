import { messageOf, UserError } from '../../base/errors.js';
import type { Resource } from '../../cookbooks/resource.js';
import { resourceId } from '../../cookbooks/resource.js';
import { Secret } from '../../base/secret.js';
import { withSubscriptions } from '../../cookbooks/subscriptions.js';
import { shellQuote } from '../ssh/shell-quote.js';
import { compileActions } from './compile-actions.js';
import type { CompiledResource } from './compiled-resource.js';
import { compileFact } from './facts.js';
import type { FactName } from './facts.js';
import { compilerOf, compileResource } from './resource-compilers.js';
import { holdsSecret } from './resource-helpers/reveal.js';
import { shellLibrary } from './shell-library.js';

export interface ProgramOptions {
  readonly generation: number;
  /** Only report what would change. */
  readonly whyRun: boolean;
}

interface Part {
  readonly n: number;
  readonly resource: Resource;
  readonly compiled: CompiledResource;
}

/**
 * Resources as one POSIX sh program, which reports JSON lines on stdout (see report.ts) and exits 0 unless
 * one failed whose failure is not ignored.
 * @throws UserError for a resource that is declared twice, notifies nobody or cannot be compiled
 */
export function compileProgram(declared: readonly Resource[], options: ProgramOptions): Secret {
  const resources = withSubscriptions(declared);
  const parts = resources.map((resource, n) => ({ n, resource, compiled: compileNamed(resource, n) }));
  refuseDuplicates(resources);
  const actions = compileActions(resources);
  const { generation, whyRun } = options;
  const begin = JSON.stringify({ event: 'begin', generation, resources: resources.length, whyRun });
  return new Secret(
    [
      `why_run=${whyRun ? '1' : ''} resources=${resources.length} action_keys=${shellQuote([actions.keys])}`,
      shellLibrary(['engine.sh', ...librariesOf(resources)]),
      ...compileFacts(parts),
      actions.text,
      ...parts.map((part) => compilePart(part, actions.notifies(part.resource))),
      `printf '%s\\n' ${shellQuote([begin])}`,
      'recall_notifications',
      ...parts.map(({ n }) => `resource ${n}`),
      'finish',
      '',
    ].join('\n'),
  );
}

/**
 * A NUL byte, which no shell can carry, and whatever else a compiler stumbles over is said with the
 * resource's name.
 */
function compileNamed(resource: Resource, n: number): CompiledResource {
  try {
    return compileResource(resource, n);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${resourceId(resource)} cannot be compiled: ${messageOf(error)}`, { cause: error });
  }
}

function refuseDuplicates(resources: readonly Resource[]): void {
  const seen = new Set<string>();
  for (const id of resources.map(resourceId)) {
    if (seen.has(id)) throw new UserError(`${id} is declared twice in the run list`);
    seen.add(id);
  }
}

function librariesOf(resources: readonly Resource[]): string[] {
  return resources
    .map((resource) => compilerOf(resource).library)
    .filter((name) => name !== undefined)
    .map((name) => `resources/${name}`);
}

function compileFacts(parts: readonly Part[]): string[] {
  const items = new Map<FactName, Set<string>>();
  for (const { compiled } of parts) {
    for (const [name, wanted] of Object.entries(compiled.facts ?? {})) {
      const known = items.get(name as FactName) ?? new Set<string>();
      for (const item of wanted) known.add(item);
      items.set(name as FactName, known);
    }
  }
  return [...items].map(([name, wanted]) => compileFact(name, [...wanted]));
}

function compilePart({ n, resource, compiled }: Part, notifies: string): string {
  const sensitive = isSensitive(resource);
  const guard = compileGuard(resource);
  const diff = sensitive ? undefined : compiled.diff;
  const flags = [
    guard && 'g',
    diff && 'd',
    compiled.waits && 'w',
    resource.ignoreFailure && 'i',
    sensitive && 's',
  ]
    .filter(Boolean)
    .join('');
  const functions = {
    ...compiled.functions,
    [`test_${n}`]: compiled.test,
    [`repair_${n}`]: compiled.repair,
    ...(guard && { [`guard_${n}`]: guard }),
    ...(diff && { [`diff_${n}`]: diff }),
  };
  return [
    `id_${n}=${shellQuote([JSON.stringify(resourceId(resource))])} flags_${n}=${flags} ` +
      `retries_${n}=${resource.retries ?? 0} lane_${n}=${compiled.lane ?? ''} ` +
      `notifies_${n}=${shellQuote([notifies])}`,
    ...Object.entries(functions).map(([name, body]) => `${name}() {\n${body}\n}`),
  ].join('\n');
}

/** What a Secret is written into is as secret as itself. */
function isSensitive(resource: Resource): boolean {
  return resource.sensitive === true || holdsSecret(writtenBy(resource));
}

/** What the resource writes down or hands on, where a diff or the output of a failure could show it. */
function writtenBy(resource: Resource): unknown {
  if (resource.kind === 'file') return resource.content;
  if (resource.kind === 'template') return resource.variables;
  return resource.kind === 'cron' || resource.kind === 'execute' ? resource.environment : undefined;
}

function compileGuard({ onlyIf, notIf }: Resource): string | undefined {
  const guards = [
    ...(onlyIf === undefined ? [] : [shellQuote(onlyIf)]),
    ...(notIf === undefined ? [] : [`! ${shellQuote(notIf)}`]),
  ];
  return guards.length === 0 ? undefined : guards.join(' && ');
}
