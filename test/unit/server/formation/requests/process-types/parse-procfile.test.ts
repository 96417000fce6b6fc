import assert from 'node:assert/strict';
import { UserError } from '../../../../../../base/errors.js';
import { parseProcfile } from '../../../../../../server/formation/requests/process-types/parse-procfile.js';

const refused = (text: string, message: RegExp): void => {
  assert.throws(
    () => parseProcfile(text),
    (error) => error instanceof UserError && error.field === 'Procfile' && message.test(error.message),
  );
};

describe('parseProcfile', () => {
  it('reads types and commands, past comments, blank lines and Windows line ends', () => {
    assert.deepEqual(
      parseProcfile(
        '\uFEFF# what runs\r\nweb: node server.js --url=http://a:80\r\n\n  worker-2:   ./work "a: b" \n',
      ),
      { web: 'node server.js --url=http://a:80', 'worker-2': './work "a: b"' },
    );
  });

  it('names the line without a colon', () =>
    refused('web: a\n\nworker ./work\n', /^Procfile line 3: no colon in "worker \.\/work"/));
  it('names the line of a bad type', () =>
    refused('1web: a', /^Procfile line 1: "1web" is not a valid process type: expected at most 32 letters/));
  it('names the line of an empty type', () =>
    refused('web: a\n: b', /^Procfile line 2: "" is not a valid process type/));
  it('names the line without a command', () =>
    refused('# x\nweb:  \n', /^Procfile line 2: web has no command/));
  it('names the second of two equal types', () =>
    refused('web: a\nworker: b\nweb: c', /^Procfile line 3: web is there twice/));
  it('refuses a NUL byte', () => refused('web: a\0b', /line 1: .*NUL/));
  it('refuses an empty file', () => refused('\n# nothing\n', /is empty/));
  it('names all wrong lines at once, at most 20', () => {
    refused(
      'we b: a\nworker\nclock: c\nclock: d',
      /^Procfile line 1: "we b" is not .*; line 2: no colon in "worker".*; line 4: clock is there twice$/,
    );
    refused('x\n'.repeat(30_000), /; line 20: no colon in "x"[^;]*; [^;]*; and 29980 more wrong lines$/);
    refused(`${'y'.repeat(60_000)}: a`, /^.{0,250}$/);
  });
  it('takes 64 KiB and no byte more', () => {
    const line = 'web: a';
    const long = `${line}${'ä'.repeat((64 * 1024 - line.length) / 2)}`;
    assert.equal(Object.keys(parseProcfile(long)).length, 1);
    refused(`${long}a`, /^the Procfile has 65537 bytes: expected at most 64 KiB$/);
  });
  it('takes 100 process types and no more', () => {
    const types = (count: number): string =>
      Array.from({ length: count }, (_, index) => `type-${index}: a\n`).join('');
    assert.equal(Object.keys(parseProcfile(types(100))).length, 100);
    refused(types(101), /^the Procfile has 101 process types: expected at most 100$/);
  });
  it('takes types that JavaScript objects have already', () =>
    assert.deepEqual(Object.entries(parseProcfile('constructor: a')), [['constructor', 'a']]));
});
