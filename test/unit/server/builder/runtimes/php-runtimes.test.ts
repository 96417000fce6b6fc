import assert from 'node:assert/strict';
import { phpLine, phpPackages } from '../../../../../server/builder/runtimes/php-packages.js';
import { versionIn } from '../../../../../server/builder/runtimes/php-runtimes.js';
import { isRuntimeName } from '../../../../../server/slug/runtime-name.js';

describe('the PHP of a suite', () => {
  it('is one line, each package once', () => {
    assert.deepEqual(['bookworm', 'trixie'].map(phpLine), ['8.2', '8.4']);
    for (const suite of ['bookworm', 'trixie']) {
      const packages = phpPackages(suite);
      assert.deepEqual(packages, [...new Set(packages)]);
      assert.ok(packages.includes(`php${phpLine(suite)}-fpm`));
      assert.ok(packages.every((name) => /^[a-z0-9.+-]+$/.test(name)));
    }
    assert.throws(() => phpLine('sid'), /^UserError: there is no PHP for the suite sid/);
  });

  it('tells its version by the name of its package', () => {
    const others = ['php8.2-common_8.2.1-1_all.deb', 'php8.4-cli_8.4.5-1_amd64.deb'];
    assert.equal(versionIn([...others, 'php8.2-cli_8.2.29-1~deb12u1_amd64.deb'], '8.2'), '8.2.29');
    assert.equal(versionIn([...others, 'php8.2-cli_2%3a8.2.30+dfsg-1_amd64.deb'], '8.2'), '8.2.30');
    assert.throws(() => versionIn(others, '8.2'), /php8\.2-cli_ was not among/);
  });

  it('has a name that no formation is taken for', () =>
    assert.deepEqual(['php-8-2-29-bookworm-x64', 'php-shop'].map(isRuntimeName), [true, false]));
});
