import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CliError } from '../../../../cli/terminal/errors.js';
import { guessFormation, parseGitUrl } from '../../../../cli/git/guess-formation.js';

describe('guessing the formation', () => {
  const places: readonly (readonly [url: string, endpoint: string | undefined, formation?: string])[] = [
    ['ssh://git@127.0.0.1:2222/peachy-waxworks.git', '127.0.0.1:2222', 'peachy-waxworks'],
    ['ssh://git@deis.example.com/peachy', 'deis.example.com:22', 'peachy'],
    ['ssh://git@[::1]:2222/peachy.git', '[::1]:2222', 'peachy'],
    ['git@deis.example.com:peachy.git', 'deis.example.com:22', 'peachy'],
    ['https://github.com/ada/peachy.git', undefined],
    ['git@github.com:ada/peachy.git', undefined],
    ['/srv/git/peachy.git', undefined],
    ['ssh://git@host:2222/../peachy.git', undefined],
    ['', undefined],
  ];
  for (const [url, endpoint, formation] of places) {
    it(`reads ${url || 'nothing'} as ${formation ?? 'none'}`, () => {
      assert.deepEqual(parseGitUrl(url), endpoint === undefined ? undefined : { endpoint, formation });
    });
  }

  describe('in a repository', () => {
    let folder: string;
    const git = (...args: string[]): void => void execFileSync('git', args, { cwd: folder, stdio: 'ignore' });
    const refused =
      (pattern: RegExp) =>
      (error: unknown): boolean =>
        error instanceof CliError && error.exitCode === 2 && pattern.test(error.message);

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'deis-guess-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it('takes the name of the remote deis', async () => {
      git('init');
      git('remote', 'add', 'origin', 'git@github.com:ada/other.git');
      git('remote', 'add', 'deis', 'ssh://git@127.0.0.1:2222/peachy.git');
      assert.equal(await guessFormation(folder, '127.0.0.1:2222'), 'peachy');
      assert.equal(await guessFormation(folder, undefined), 'peachy');
    });

    it('takes the formation that other remotes point to, at this endpoint alone', async () => {
      git('init');
      git('remote', 'add', 'upstream', 'git@github.com:ada/other.git');
      git('remote', 'add', 'my.origin', 'ssh://git@127.0.0.1:2222/peachy.git');
      assert.equal(await guessFormation(folder, '127.0.0.1:2222'), 'peachy');
      await assert.rejects(guessFormation(folder, undefined), refused(/which formation/));
      await assert.rejects(guessFormation(folder, '127.0.0.1:2223'), refused(/which formation/));
      git('remote', 'add', 'again', 'ssh://git@127.0.0.1:2222/peachy');
      assert.equal(await guessFormation(folder, '127.0.0.1:2222'), 'peachy');
      git('remote', 'add', 'second', 'ssh://git@127.0.0.1:2222/plum.git');
      await assert.rejects(guessFormation(folder, '127.0.0.1:2222'), refused(/which formation/));
      git('remote', 'add', 'deis', 'ssh://git@127.0.0.1:2222/plum.git');
      assert.equal(await guessFormation(folder, '127.0.0.1:2222'), 'plum');
    });

    it('refuses to guess without a repository, a remote, or with one of another controller', async () => {
      await assert.rejects(guessFormation(folder, undefined), refused(/which formation/));
      git('init');
      await assert.rejects(guessFormation(folder, undefined), refused(/which formation/));
      git('remote', 'add', 'deis', 'https://example.com/peachy.git');
      await assert.rejects(guessFormation(folder, undefined), refused(/none of a formation/));
      git('remote', 'set-url', 'deis', 'ssh://git@elsewhere:2222/peachy.git');
      await assert.rejects(
        guessFormation(folder, '127.0.0.1:2222'),
        refused(/elsewhere:2222.*127\.0\.0\.1:2222/),
      );
    });
  });
});
