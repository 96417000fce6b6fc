import assert from 'node:assert/strict';
import type {
  Container,
  ListedFormation,
  Node,
  OpenAlert,
  Operation,
} from '../../../../../dashboard/api/types.js';
import { alertKindNames, alertKindOf } from '../../../../../server/alerts/alert-kinds.js';
import { concernsOf, concernsOfAlerts } from '../../../../../dashboard/screens/formations/attention.js';

const formation = {
  id: 'shop',
  layers: { runtime: { count: 2, nodes_ready: 2 } },
} as unknown as ListedFormation;
const node = (id: string, fields: Partial<Node> = {}): Node =>
  ({ id, status: 'ready', unreachable_since: null, last_error: null, ...fields }) as Node;
const seen = (name: string, state: string): Container => ({ name, seen: { state } }) as unknown as Container;
const operation = (state: Operation['state']): Operation =>
  ({
    id: 'o1',
    formation: 'shop',
    kind: 'push',
    state,
    error: { message: 'no Procfile' },
  }) as unknown as Operation;
const texts = (looked: Partial<Parameters<typeof concernsOf>[0]>): string[] =>
  concernsOf({ formation, nodes: [], containers: [], ...looked }).map(({ text }) => text);

describe('what needs attention', () => {
  it('is nothing when all is well', () => {
    const well = { nodes: [node('shop-runtime-1')], containers: [seen('web.1', 'up')] };
    assert.deepEqual(texts({ ...well, operation: operation('succeeded') }), []);
  });

  it('is nodes that do not answer or failed, containers that are not up, and a last operation that failed', () => {
    assert.deepEqual(
      texts({
        nodes: [
          node('shop-runtime-1', { unreachable_since: '2026-11-29T00:00:00.000Z' }),
          node('shop-runtime-2', { last_error: 'no such image' }),
        ],
        containers: [seen('web.1', 'crashing')],
        operation: operation('failed'),
      }),
      [
        'The node shop-runtime-1 does not answer.',
        'The node shop-runtime-2 failed: no such image',
        'web.1 is crashing.',
        'The last operation, push, failed: no Procfile',
      ],
    );
  });

  it('is too few nodes, but not while an operation is at work on that', () => {
    const few = { ...formation, layers: { runtime: { count: 2, nodes_ready: 1 } } };
    assert.deepEqual(texts({ formation: few }), ['1 of 2 nodes of runtime are ready.']);
    assert.deepEqual(texts({ formation: few, operation: operation('running') }), []);
  });

  it('is the drift that a plan has found, until something is done', () => {
    const nodes = [
      { node: 'shop-runtime-1', layer: 'runtime', outcome: 'drifted', changes: [], error: null },
    ];
    const plan = (changes: number): Operation => ({
      ...operation('succeeded'),
      ...{ kind: 'why-run', result: { nodes, changes } },
    });
    assert.deepEqual(texts({ operation: plan(2) }), ['Its nodes have drifted: 2 resources on 1 of 1 nodes.']);
    assert.deepEqual(texts({ operation: plan(0) }), []);
  });

  it('is open alerts, each leading to where more of it is seen', () => {
    const alert = (kind: string): OpenAlert => ({
      ...{ id: 1, formation: 'shop', kind, subject: 'web.1', detail: 'it is so' },
      since: '2026-11-29T00:00:00.000Z',
    });
    assert.deepEqual(
      concernsOfAlerts([alert('crash-loop'), alert('toString')]).map(({ text, tab }) => [text, tab]),
      [
        ['Alert crash-loop: it is so', 'logs'],
        ['Alert toString: it is so', 'overview'],
      ],
    );
  });

  it('knows where each kind of alert leads', () => {
    const kinds = alertKindNames.filter((kind) => !alertKindOf(kind)?.isOfController);
    const leading = kinds.filter((kind) => concernsOfAlerts([{ kind } as OpenAlert])[0]!.tab === 'overview');
    assert.deepEqual(leading, ['node-lost']);
  });
});
