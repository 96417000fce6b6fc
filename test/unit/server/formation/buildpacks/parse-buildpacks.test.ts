import assert from 'node:assert/strict';
import { UserError } from '../../../../../base/errors.js';
import {
  buildpackName,
  parseBuildpacks,
} from '../../../../../server/formation/buildpacks/parse-buildpacks.js';

const known = { builtin: ['nodejs', 'static'], kept: [{ name: 'acme/ruby', sha256: 'f'.repeat(64) }] };
const parse = (text: string | readonly string[]) => parseBuildpacks(text, '.buildpacks', known);
const refused = (text: string, message: RegExp): void => {
  assert.throws(
    () => parse(text),
    (error) =>
      error instanceof UserError &&
      error.field === '.buildpacks' &&
      message.test(error.message) &&
      error.message.length < 400,
  );
};

describe('parseBuildpacks', () => {
  it('reads one a line, in order, without comments and blank lines', () =>
    assert.deepEqual(
      parse(
        '\uFEFF# ours\r\nheroku/nodejs\n  deis/static  \n\nstatic\n./packs/./mine/\n' +
          'https://example.com/a.git\nhttps://example.com/b.git#v1.2\nhttps://example.com/c.tgz?x=1#ignored\n',
      ),
      [
        { kind: 'builtin', name: 'nodejs' },
        { kind: 'builtin', name: 'static' },
        { kind: 'builtin', name: 'static' },
        { kind: 'tree', path: 'packs/mine' },
        { kind: 'git', url: 'https://example.com/a.git' },
        { kind: 'git', url: 'https://example.com/b.git', ref: 'v1.2' },
        { kind: 'archive', url: 'https://example.com/c.tgz?x=1' },
      ],
    ));

  it('takes a name that the operator keeps for the copy that is pinned', () => {
    const copy = { kind: 'kept', name: 'acme/ruby', sha256: 'f'.repeat(64) } as const;
    assert.deepEqual(parse(['acme/ruby', 'static']), [copy, { kind: 'builtin', name: 'static' }]);
    assert.equal(buildpackName(copy), 'acme/ruby');
  });

  it('takes a list as it is set, in which nothing is a comment', () => {
    assert.throws(() => parse(['nodejs', '# static']), /number 2: "# static" is not a valid buildpack/);
    assert.throws(() => parse(['nodejs', '']), /number 2: "" is not a valid buildpack/);
  });

  it('names each as a list names it', () =>
    assert.deepEqual(
      ['nodejs', './a/b', 'https://example.com/b.git#v1', 'http://example.com/c.tgz'].map((line) =>
        buildpackName(parse(line)[0]!),
      ),
      ['nodejs', './a/b', 'https://example.com/b.git#v1', 'http://example.com/c.tgz'],
    ));

  it('refuses what is no buildpack, naming line and choices', () => {
    refused(
      'nodejs\n\nrust',
      /line 3: "rust" is not a valid buildpack: expected one of nodejs, static, acme\/ruby, a folder/,
    );
    refused('mine/pack', /line 1: "mine\/pack" is not a valid buildpack/);
    refused('file:///etc', /line 1: "file:\/\/\/etc" is not a valid buildpack/);
    refused('git@example.com:me/pack.git', /is not a valid buildpack/);
    refused('./a/../../b', /leads out of the repository/);
    refused('.', /is the app itself/);
    refused('https://example.com/a.git#-upload', /names no branch, tag or commit/);
    refused('https://exa mple.com/a', /is not a valid buildpack/);
    refused(`https://example.com/${'a'.repeat(600)}`, /is not a valid buildpack/);
  });

  it('refuses a password in a URL, and does not repeat it', () =>
    assert.throws(
      () => parse('https://me:hunter2@example.com/a.git'),
      (error) =>
        error instanceof UserError &&
        /has a user name or password/.test(error.message) &&
        !error.message.includes('hunter2'),
    ));

  it('takes 12, and refuses more, none, and a file that is too large', () => {
    assert.equal(parse('static\n'.repeat(12)).length, 12);
    refused('static\n'.repeat(13), /lists 13 buildpacks: expected at most 12/);
    refused('# none\n\n', /lists no buildpack/);
    refused('#'.repeat(64 * 1024 + 1), /expected at most 64 KiB/);
  });
});
