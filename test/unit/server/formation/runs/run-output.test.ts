import assert from 'node:assert/strict';
import fc from 'fast-check';
import { streamedOutput, type RunOutput } from '../../../../../server/formation/runs/run-output.js';

function pass(chunks: readonly Uint8Array[]): RunOutput[] {
  const outputs: RunOutput[] = [];
  const output = streamedOutput('stdout', (each) => outputs.push(each));
  for (const chunk of chunks) output.write(Buffer.from(chunk));
  output.end();
  return outputs;
}
const bytesOf = (output: RunOutput): Buffer =>
  'text' in output ? Buffer.from(output.text) : Buffer.from(output.base64, 'base64');

describe('output of a command', () => {
  it('is text where it is, however its characters are cut', () => {
    const text = 'a ü € 😀\n';
    const bytes = Buffer.from(text);
    for (const size of [1, 2, 3, 5])
      assert.equal(
        pass(
          Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
            bytes.subarray(at * size, (at + 1) * size),
          ),
        )
          .map((output) => ('text' in output ? output.text : assert.fail('no text')))
          .join(''),
        text,
      );
  });

  it('is the same bytes whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), (chunks) =>
        assert.deepEqual(Buffer.concat(pass(chunks).map(bytesOf)), Buffer.concat(chunks)),
      ),
    );
  });
});
