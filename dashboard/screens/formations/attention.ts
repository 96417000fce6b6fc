import type { Container, ListedFormation, Node, OpenAlert, Operation } from '../../api/types.js';
import { forecastOf, inWords } from '../operations/forecast-words.js';

/** A screen of a formation that has concerns. */
type Place = 'overview' | 'operations' | 'logs' | 'metrics' | 'domains' | 'builds' | 'releases';

/** One thing that somebody should look at, and where. */
export interface Concern {
  readonly formation: string;
  readonly text: string;
  readonly tab: Place;
  readonly item?: string;
  /** Absent: it is seen to be so now. */
  readonly since?: string;
}

/** Of all other kinds that is the overview. */
const tabOfAlert: Readonly<Record<string, Place>> = {
  ...{ 'crash-loop': 'logs', log: 'logs', '5xx': 'logs' },
  ...{ memory: 'metrics', p95: 'metrics', disk: 'metrics' },
  ...{ certificate: 'domains', build: 'builds', deploy: 'releases' },
};

/** The screen where more is to be seen of an alert of this kind. */
export function placeOfAlert(kind: string): Place {
  return (Object.hasOwn(tabOfAlert, kind) ? tabOfAlert[kind] : undefined) ?? 'overview';
}

/** Alerts that are open. */
export function concernsOfAlerts(alerts: readonly OpenAlert[]): Concern[] {
  return alerts.map(({ formation, kind, detail, since }) => ({
    formation,
    text: `Alert ${kind}: ${detail}`,
    tab: placeOfAlert(kind),
    since,
  }));
}

/** What is looked at in one formation. */
export interface Looked {
  readonly formation: ListedFormation;
  readonly nodes: readonly Node[];
  readonly containers: readonly Container[];
  /** The newest; absent before the first. */
  readonly operation?: Operation | undefined;
}

/** What of a formation is not as it should be, the worst first; nothing while a change is under way. */
export function concernsOf({ formation, nodes, containers, operation }: Looked): Concern[] {
  const at = { formation: formation.id, tab: 'overview' } as const;
  const silent = nodes.filter((node) => node.unreachable_since !== null || node.status === 'lost');
  const sick = containers.filter((each) => each.seen !== null && each.seen.state !== 'up');
  const isChanging = operation?.state === 'running' || operation?.state === 'queued';
  return [
    ...silent.map(({ id }) => ({ ...at, text: `The node ${id} does not answer.` })),
    ...nodes
      .filter((node) => node.last_error !== null)
      .map(({ id, last_error: why }) => ({ ...at, text: `The node ${id} failed${because(why)}` })),
    ...(isChanging ? [] : sick.map((each) => ({ ...at, text: `${each.name} is ${each.seen!.state}.` }))),
    ...(isChanging ? [] : missingNodes(formation).map((text) => ({ ...at, text }))),
    ...failureOf(operation),
    ...driftOf(operation),
  ];
}

function missingNodes({ layers }: ListedFormation): string[] {
  return Object.entries(layers)
    .filter(([, { count, nodes_ready: ready }]) => ready < count)
    .map(([name, { count, nodes_ready: ready }]) => `${ready} of ${count} nodes of ${name} are ready.`);
}

function failureOf(operation: Operation | undefined): Concern[] {
  if (operation?.state !== 'failed') return [];
  const { formation, id, kind, error } = operation;
  const text = `The last operation, ${kind}, failed${because(messageOf(error))}`;
  return [{ formation, tab: 'operations', item: id, text }];
}

/** What a plan has found, as long as nothing was done after it. */
function driftOf(operation: Operation | undefined): Concern[] {
  const forecast = operation && forecastOf(operation);
  if (forecast === undefined || forecast.changes === 0) return [];
  const text = `Its nodes have drifted: ${inWords(forecast)}`;
  return [{ formation: operation!.formation, tab: 'operations', item: operation!.id, text }];
}

/** Why an operation failed, in a sentence; null where it says nothing. */
export function messageOf(error: Operation['error']): string | null {
  const message = error?.['message'];
  return typeof message === 'string' ? message : null;
}

function because(why: string | null): string {
  return why === null ? '.' : `: ${why}`;
}
