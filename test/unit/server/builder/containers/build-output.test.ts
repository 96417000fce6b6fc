import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import Docker from 'dockerode';
import { followOutput } from '../../../../../server/builder/containers/build-output.js';
import { cleanLine } from '../../../../../server/operation/output/clean-line.js';
import { ValueMask } from '../../../../../base/value-mask.js';

const never = new AbortController().signal;
const mask = new ValueMask(['hunter2-secret', 'first of two\nsecond of two']);

/** A frame of docker's log stream: stdout is 1, stderr 2. */
function frame(stream: 1 | 2, text: string): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(stream);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

/** What is said of a container that writes these pieces, each in a chunk of its own. */
async function said(pieces: readonly Buffer[]): Promise<string[]> {
  const logs = new PassThrough();
  const container = { logs: () => Promise.resolve(logs) } as unknown as Docker.Container;
  const lines: string[] = [];
  const done = followOutput(new Docker(), container, (line) => lines.push(line), never, { mask });
  for (const piece of pieces) {
    // The reader has taken it before the next one comes.
    await new Promise<void>((resolve, reject) =>
      logs.write(piece, (error) => (error ? reject(error) : resolve())),
    );
    await new Promise(setImmediate);
  }
  logs.end();
  await done;
  return lines;
}

describe("a build's output", () => {
  it('masks values of the config in whole lines, whatever the chunks they come in', async () => {
    assert.deepEqual(await said([frame(1, 'A=hunter2-secret\nplain\n')]), ['A=[masked]', 'plain']);
    assert.deepEqual(await said([...'A=hunter2-secret!\n'].map((char) => frame(1, char))), ['A=[masked]!']);
    const whole = frame(2, 'A=hunter2-secret!\n');
    for (let at = 1; at < whole.length; at += 1) {
      assert.deepEqual(await said([whole.subarray(0, at), whole.subarray(at)]), ['A=[masked]!']);
    }
  });

  it('masks each line of a value that has several', async () => {
    assert.deepEqual(await said([frame(1, 'B=first of two\nsecond of two\n')]), ['B=[masked]', '[masked]']);
  });

  it('masks a value in a line without an end', async () => {
    assert.deepEqual(await said([frame(1, 'ends with hunter2-secret')]), ['ends with [masked]']);
  });

  it('masks a value that is coloured within', () => {
    assert.equal(cleanLine('hunter2\u001b[31m-secret\u001b[0m', mask), '[masked]');
  });

  it('shows no part of a value where it cuts a line', () => {
    for (let before = 3980; before <= 4001; before += 1) {
      const line = cleanLine(`${'x'.repeat(before)}hunter2-secret and more`, mask);
      assert.ok(line.length <= 4001 && line.endsWith('…') && !line.includes('hunt'), line.slice(3970));
    }
    for (let count = 250; count <= 600; count += 1) {
      const line = cleanLine('hunter2-secret '.repeat(count), mask);
      assert.deepEqual([line.length <= 4001, line.includes('hunt')], [true, false], `${count} values`);
    }
  });
});
