import assert from 'node:assert/strict';
import { waitUntil } from '../../base/wait-until.js';
import { pause } from './pause.js';
import type { Person } from './person.js';

/** What somebody could do meanwhile who does nothing out of the ordinary. */
export interface Work {
  pushes: number;
  /** Milliseconds from the acceptance of each operation to its begin. */
  readonly waits: number[];
}

const operationMs = 60_000;
/** Between the begins of two pushes: one address may begin 120 connections a minute. */
const pushEveryMs = 1_000;

export async function prepareOther(other: Person): Promise<void> {
  for (const id of ['quiet', 'quiet-pushes']) await other.must('POST', '/api/formations', { id });
}

/** Pushes, and asks for operations, one after the other. @throws when one of them does not succeed */
export async function workOn(other: Person, work: Work, signal: AbortSignal): Promise<void> {
  const push = async (): Promise<void> => {
    for (; !signal.aborted; work.pushes += 1) {
      const next = pause(pushEveryMs, signal);
      const { code, text } = await other.push('quiet-pushes', { 'index.html': `round ${work.pushes}` });
      assert.equal(code, 0, text);
      await next;
    }
  };
  const operate = async (): Promise<void> => {
    while (!signal.aborted) work.waits.push(await waitOfOperation(other));
  };
  await Promise.all([push(), operate()]);
}

async function waitOfOperation(other: Person): Promise<number> {
  const { id } = await other.must('POST', '/api/formations/quiet/converge', {});
  const ended = async () => {
    const operation = await other.must('GET', `/api/operations/${String(id)}`);
    return operation['finished_at'] === null ? undefined : operation;
  };
  const operation = await waitUntil(ended, {
    deadlineMs: operationMs,
    intervalMs: 100,
    what: "the other user's operation to end",
  });
  assert.equal(operation['state'], 'succeeded', JSON.stringify(operation));
  return Date.parse(String(operation['started_at'])) - Date.parse(String(operation['created_at']));
}
