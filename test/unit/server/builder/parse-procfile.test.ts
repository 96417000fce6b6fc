import assert from 'node:assert/strict';
import { UserError } from '../../../../base/errors.js';
import { parseProcfile } from '../../../../server/builder/parse-procfile.js';

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
  it('names the line of a bad type', () => refused('Web: a', /^Procfile line 1: "Web" is no process type/));
  it('names the line of an empty type', () =>
    refused('web: a\n: b', /^Procfile line 2: "" is no process type/));
  it('names the line without a command', () =>
    refused('# x\nweb:  \n', /^Procfile line 2: web has no command/));
  it('names the second of two equal types', () =>
    refused('web: a\nworker: b\nweb: c', /^Procfile line 3: web is there twice/));
  it('refuses a NUL byte', () => refused('web: a\0b', /line 1: .*NUL/));
  it('refuses an empty file', () => refused('\n# nothing\n', /is empty/));
  it('takes types that JavaScript objects have already', () =>
    assert.deepEqual(Object.entries(parseProcfile('constructor: a')), [['constructor', 'a']]));
});
