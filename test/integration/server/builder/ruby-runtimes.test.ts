import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { UserError } from '../../../../base/errors.js';
import { FileBlobs } from '../../../../server/blobs/file-blobs.js';
import { relocateRuby } from '../../../../server/builder/runtimes/relocate-ruby.js';
import { RubyRuntimes } from '../../../../server/builder/runtimes/ruby-runtimes.js';
import { isRuntimeName } from '../../../../server/slug/runtime-name.js';
import { SlugFiles } from '../../../../server/slug/slug-files.js';

const weekMs = 7 * 86_400_000;
const time = new Date('2026-11-28T12:00:00Z');
const week = Math.floor(time.getTime() / weekMs);

describe('the runtime of Ruby', function () {
  this.timeout(60_000);
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'deis-ruby-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Of a mirror that does not answer. */
  const source = (suite = 'bookworm'): RubyRuntimes =>
    new RubyRuntimes({
      folder: join(folder, 'kept'),
      slugs: new SlugFiles(new FileBlobs(join(folder, 'slugs'))),
      suite,
      packages: () =>
        Promise.resolve({
          suite,
          sources: [{ name: 'own.list', text: `deb http://127.0.0.1:9/debian ${suite} main\n` }],
          aptSettings: 'Acquire::Retries "0";\n',
        }),
      now: () => time,
    });
  /** One that was made in another week. */
  const keep = (number: number): string => {
    const kept = join(folder, 'kept', `ruby-3.1-bookworm-${process.arch}-${number}`);
    mkdirSync(join(kept, 'tree', 'bin'), { recursive: true });
    writeFileSync(join(kept, 'tree', 'bin', 'ruby'), '');
    writeFileSync(join(kept, 'version'), '3.1.2');
    return kept;
  };

  it('is refused where no mirror answers, and leaves nothing behind', async () => {
    await assert.rejects(
      source().ensure('*'),
      (error) =>
        error instanceof UserError &&
        /^Ruby 3\.1 could not be had from the Debian mirror: /.test(error.message),
    );
    assert.deepEqual(readdirSync(join(folder, 'kept')), []);
  });

  it('is an earlier one where no mirror answers', async () => {
    const kept = keep(week - 1);
    const said: string[] = [];
    const { slug, ...runtime } = await source().ensure('~> 3.1.0', (what) => said.push(what));
    assert.deepEqual(runtime, {
      name: 'ruby',
      version: '3.1.2',
      mount: '.deis/ruby',
      title: 'Ruby 3.1.2',
      folder: join(kept, 'tree'),
    });
    assert.ok(existsSync(join(folder, 'slugs', slug.path)));
    assert.deepEqual(said, ['Ruby 3.1']);
  });

  it('is packed once, and again to the same bytes when the collector has taken the archive', async () => {
    keep(week);
    const { slug } = await source().ensure('*');
    assert.match(slug.path, new RegExp(`^[0-9a-f]{64}/ruby-3-1-2-bookworm-${process.arch}\\.tgz$`));
    const [, name = ''] = /\/(.*)\.tgz$/.exec(slug.path) ?? [];
    // What is removed by the name of a formation leaves it alone.
    assert.deepEqual([isRuntimeName(name), isRuntimeName('ruby-shop')], [true, false]);
    assert.deepEqual((await source().ensure('*')).slug, slug);
    rmSync(join(folder, 'slugs'), { recursive: true });
    assert.deepEqual((await source().ensure('*')).slug, slug);
    assert.ok(existsSync(join(folder, 'slugs', slug.path)));
  });

  it('is refused in one sentence where the app asks for another one', async () => {
    keep(week);
    await assert.rejects(
      source().ensure('3.3.1'),
      /^UserError: Ruby 3\.3\.1, which Gemfile or \.ruby-version asks for, cannot be had: expected 3\.1\.2 on bookworm \(an operator has it with DEIS_SUITE=trixie\)$/,
    );
  });

  it('is told by a launcher where its libraries are, once', async () => {
    const usr = join(folder, 'usr');
    const libraries = 'x86_64-linux-gnu';
    const files = {
      'bin/ruby9.1': '#!/bin/sh\necho "$LD_LIBRARY_PATH $RUBYLIB $*"\n',
      'bin/bundle9.1': '#!/usr/bin/ruby9.1\nbundle\n',
      'share/doc/x': '',
      [`lib/${libraries}/ruby/9.1.0/rbconfig.rb`]:
        '  CONFIG["MAJOR"] = "9"\n  CONFIG["MINOR"] = "1"\n  CONFIG["TEENY"] = "12"\n',
    };
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(usr, name, '..'), { recursive: true });
      writeFileSync(join(usr, name), text, { mode: 0o755 });
    }
    assert.equal(await relocateRuby(usr, '9.1'), '9.1.12');
    assert.deepEqual(readdirSync(usr).sort(), ['bin', 'lib', 'libexec']);
    assert.equal(readFileSync(join(usr, 'bin', 'bundle'), 'utf8'), '#!/app/.deis/ruby/bin/ruby9.1\nbundle\n');
    // As it would run at its place.
    const launcher = join(usr, 'bin', 'ruby');
    writeFileSync(launcher, readFileSync(launcher, 'utf8').replace('root=/app/.deis/ruby', `root=${usr}`));
    const run = async (env: Record<string, string>): Promise<string> =>
      (await execa(launcher, ['a b'], { env: { PATH: '/bin:/usr/bin', ...env }, extendEnv: false })).stdout;
    const [lib, standard] = [
      `${usr}/lib/${libraries}`,
      `${usr}/lib/ruby/9.1.0:${usr}/lib/${libraries}/ruby/9.1.0`,
    ];
    assert.equal(await run({}), `${lib} ${standard} a b`);
    const own = { LD_LIBRARY_PATH: '/mine', RUBYLIB: '/own' };
    assert.equal(await run(own), `${lib}:/mine /own:${standard} a b`);
    assert.equal(await run({ LD_LIBRARY_PATH: lib, RUBYLIB: standard }), `${lib} ${standard} a b`);
  });
});
