import type { Forecast, Node, NodeForecast } from '../../controller/infrastructure-types.js';
import type { Call } from '../../call.js';
import { usageError } from '../../terminal/errors.js';
import { table } from '../../terminal/format.js';
import { nodeState } from './node-state.js';
import { endAsForecast, forecastOf } from '../show-forecast.js';

/** One node's status; `drift` is null when nobody looked, or there was nothing to compare. */
interface NodeStatus extends Pick<
  Node,
  | 'id'
  | 'layer'
  | 'status'
  | 'scheduling'
  | 'unreachable_since'
  | 'containers'
  | 'generation'
  | 'last_action'
  | 'last_error'
> {
  readonly drift: {
    readonly outcome: NodeForecast['outcome'];
    readonly changes: number;
    readonly error: string | null;
  } | null;
}

/** `deis nodes:status [--drift]`. @throws CliError as `endAsForecast` */
export async function showNodeStatus(call: Call): Promise<void> {
  const wantsDrift = call.flag('drift');
  if (call.flag('exitCode') && !wantsDrift)
    throw usageError('--exit-code goes with --drift', 'deis nodes:status --drift --exit-code');
  const forecast = wantsDrift ? await forecastOf(call) : undefined;
  const nodes = await (
    await call.api()
  ).list<Node>(await call.formationPath('nodes'), Number.POSITIVE_INFINITY);
  const headers = ['NAME', 'LAYER', 'STATUS', 'LAST ACTION', ...(wantsDrift ? ['DRIFT'] : []), 'LAST ERROR'];
  const rows = nodes.map((node) => statusOf(node, forecast));
  call.printList(
    rows,
    (all) =>
      table(
        headers,
        all.map((row) => cells(row, wantsDrift)),
      ),
    'No nodes: deis layers:scale runtime=1 proxy=1',
  );
  if (forecast !== undefined) endAsForecast(call, forecast);
}

function statusOf(node: Node, forecast: Forecast | undefined): NodeStatus {
  const { id, layer, status, scheduling, unreachable_since = null, containers } = node;
  const { generation, last_action, last_error } = node;
  const found = forecast?.nodes.find((each) => each.node === id);
  const drift =
    found === undefined
      ? null
      : { outcome: found.outcome, changes: found.changes.length, error: found.error };
  const left = containers === undefined ? {} : { containers };
  const state = { status, scheduling, unreachable_since, ...left };
  return { id, layer, ...state, generation, last_action, last_error, drift };
}

function cells(
  { id, layer, last_action, last_error, drift, ...state }: NodeStatus,
  wantsDrift: boolean,
): (string | number | null)[] {
  const drifted = drift === null ? null : drift.outcome === 'unknown' ? 'unknown' : drift.changes;
  return [
    id,
    layer,
    nodeState(state),
    last_action,
    ...(wantsDrift ? [drifted] : []),
    last_error?.split('\n')[0] ?? null,
  ];
}
