import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { withBuildInput, type BuildInput } from '../../../../../server/builder/containers/build-input.js';
import { onAbort } from '../../../../../base/on-abort.js';

/** More than the archive buffers: its writer waits for a reader. */
const sourceBytes = 512 * 1024;
/** Turns of the event loop, more than the archive takes to wait for its reader. */
const lastTurn = 60;

describe('the input of a build', () => {
  let workFolder: string;
  beforeEach(() => (workFolder = mkdtempSync(join(tmpdir(), 'deis-input-'))));
  afterEach(() => rmSync(workFolder, { recursive: true, force: true }));

  const inputOf = (name: string): BuildInput => ({
    source: Readable.from([Buffer.alloc(sourceBytes)]),
    buildpacks: [],
    kept: () => Promise.resolve(Buffer.alloc(0)),
    config: {},
    workFolder,
    name,
    maxBytes: 2 * sourceBytes,
    refusal: () => Promise.resolve(undefined),
  });

  it('ends with the reason of a cancel at any time, and with nothing that its caller does not hear of', async () => {
    // An error without a listener ends the process, and fails this test.
    for (let turns = 0; turns <= lastTurn; turns += 1) {
      const cancel = new AbortController();
      const unread = withBuildInput(inputOf(`build-${turns}`), cancel.signal, async (_archive, signal) => {
        await new Promise<void>((resolve) => onAbort(signal, resolve));
        signal.throwIfAborted();
      });
      const ended = assert.rejects(unread, /cancelled by ada/);
      for (let passed = 0; passed < turns; passed += 1) await turn();
      cancel.abort(new Error('cancelled by ada'));
      await ended;
    }
    await turn();
    assert.deepEqual(readdirSync(workFolder), []);
  });

  it('ends with the fault of the archive’s reader', async () => {
    const unread = withBuildInput(inputOf('build'), new AbortController().signal, async () => {
      for (let passed = 0; passed < lastTurn; passed += 1) await turn();
      throw new Error('the engine is away');
    });
    await assert.rejects(unread, /the engine is away/);
    await turn();
    assert.deepEqual(readdirSync(workFolder), []);
  });
});
