import assert from 'node:assert/strict';
import { logWatcher } from '../../../../server/observe/log-watcher.js';
import { Observer, type Watcher } from '../../../../server/observe/observer.js';

describe('Observer', () => {
  const operation = { id: 'id', kind: 'push', formation: 'app', attempt: 1 };
  const step = { operation: 'id', kind: 'push', step: 'build', ok: true, ms: 1 };
  const converge = { formation: 'app', generation: 1, action: 'scale', nodes: [] };
  const request = {
    id: 'r',
    method: 'GET',
    path: '/api/info',
    route: '/api/info',
    isStream: false,
    status: 200,
    ms: 1,
  };
  const tellAll = (observer: Observer): void => {
    observer.onOperation(operation);
    observer.onStep(step);
    observer.onConverge(converge);
    observer.onRequest(request);
  };
  const all = ['onOperation', 'onStep', 'onConverge', 'onRequest'];

  it('does nothing without watchers, and without those that want to hear of it', () => {
    tellAll(new Observer());
    tellAll(new Observer([{}]));
  });

  it('is not harmed by watchers that throw or reject: the others hear of it', async () => {
    const heard: unknown[] = [];
    const hear = (seen: unknown): void => void heard.push(seen);
    const fail = (): never => {
      throw new Error('thrown');
    };
    const reject = (): Promise<never> => Promise.reject(new Error('rejected'));
    const each = (of: () => unknown): Watcher => ({
      onOperation: of,
      onStep: of,
      onConverge: of,
      onRequest: of,
    });
    const troubles: string[] = [];
    const observer = new Observer(
      [
        each(fail),
        each(() => reject()),
        { onOperation: hear, onStep: hear, onConverge: hear, onRequest: hear },
      ],
      (error, what) => {
        troubles.push(`${what} ${(error as Error).message}`);
        throw new Error('the log is full');
      },
    );
    tellAll(observer);
    assert.deepEqual(heard, [operation, step, converge, request]);
    await new Promise(setImmediate);
    assert.deepEqual(
      troubles.toSorted(),
      all.flatMap((what) => [`${what} rejected`, `${what} thrown`]).toSorted(),
    );
  });

  it('has the log as a watcher', () => {
    const lines: unknown[] = [];
    const note = (level: string) => (fields: object, message: string) =>
      void lines.push([level, message, fields]);
    const observer = new Observer([logWatcher({ info: note('info'), debug: note('debug') })]);
    const end = { outcome: { state: 'succeeded' }, ms: 5 };
    observer.onOperation(operation);
    observer.onOperation({ ...operation, end });
    observer.onStep(step);
    observer.onConverge(converge);
    const fields = { operation: 'id', kind: 'push', formation: 'app', attempt: 1 };
    assert.deepEqual(lines, [
      ['info', 'operation begins', fields],
      ['info', 'operation ends', { ...fields, ...end }],
      ['debug', 'step ends', step],
      ['debug', 'converge ends', converge],
    ]);
  });
});
