import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Runtime } from '../../../../server/builder/runtimes/runtime.js';
import {
  buildApp,
  offline,
  runApp,
  type Built,
  type BuildOptions,
  type Source,
} from '../../../support/apps/app-builds.js';
import { BuildBench } from '../../../support/apps/build-bench.js';
import { itOnline, whyUnreachable } from '../../../support/online.js';

const rubygems = 'https://rubygems.org/info/rack';
/** Makes a gem of each folder below /gems: of its files, and of an extension that is to be compiled. */
const makeGems = `
require "rubygems/package"
Dir.chdir("/gems")
Dir["*/"].each do |folder|
  Dir.chdir(folder) do
    name, version = folder.chomp("/").split("@")
    spec = Gem::Specification.new(name, version) do |s|
      s.summary = "For a test"
      s.authors = ["Ada"]
      s.files = Dir["**/*"].select { |file| File.file?(file) }
      s.extensions = Dir["ext/**/extconf.rb"]
      s.executables = Dir.children("exe") if Dir.exist?("exe")
      s.bindir = "exe"
    end
    Gem::Package.build(spec, true, false, "/gems/#{name}-#{version}.gem")
  end
end
`;
const native =
  '#include <ruby.h>\nstatic VALUE shout(VALUE self, VALUE text) {\n' +
  '  return rb_funcall(text, rb_intern("upcase"), 0);\n}\n' +
  'void Init_shout(void) { rb_define_global_function("shout", shout, 1); }\n';
/** What is packed into each gem. The standard library has a json, too, which this one comes before. */
const gems: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'greeting@1.0': {
    'lib/greeting.rb': 'GREETING = "vendored"\n',
    'exe/greet': '#!/usr/bin/env ruby\nputs "greeted"\n',
  },
  'shout@1.0': {
    'ext/shout/extconf.rb': 'require "mkmf"\ncreate_makefile("shout/shout")\n',
    'ext/shout/shout.c': native,
  },
  'json@99.0': { 'lib/json.rb': 'module JSON\n  VERSION = "99.0"\nend\n' },
  'tester@1.0': { 'lib/tester.rb': '' },
};
const server = `
require "socket"
require "json"
require "greeting"
require "shout/shout"
server = TCPServer.new("0.0.0.0", ENV.fetch("PORT"))
loop do
  client = server.accept
  client.gets
  body = "#{shout(GREETING)} #{RUBY_VERSION} #{JSON::VERSION} #{ENV["RACK_ENV"]}"
  client.write("HTTP/1.1 200 OK\\r\\nContent-Length: #{body.bytesize}\\r\\nConnection: close\\r\\n\\r\\n#{body}")
  client.close
end
`;
const gemfile =
  'source "https://rubygems.org"\nruby "~> 3.1"\ngem "greeting"\ngem "json"\ngem "shout"\n' +
  'group :development do\n  gem "tester"\nend\n';
/** @param platforms those that it was made for */
const lockOf = (specs: readonly string[], platforms = 'ruby'): string =>
  `GEM\n  remote: https://rubygems.org/\n  specs:\n${specs.map((each) => `    ${each}\n`).join('')}\n` +
  `PLATFORMS\n  ${platforms}\n\nDEPENDENCIES\n${specs.map((each) => `  ${each.split(' ')[0]}\n`).join('')}\n` +
  'RUBY VERSION\n   ruby 3.1.0p0\n\nBUNDLED WITH\n   2.5.9\n';
const all = ['greeting (1.0)', 'json (99.0)', 'shout (1.0)', 'tester (1.0)'];

describe('Ruby apps', function () {
  this.timeout(240_000);
  let bench: BuildBench;
  let runtime: Runtime;
  let unreachable: string | undefined;
  let packed: string;

  before(async function () {
    this.timeout(600_000);
    bench = await BuildBench.open();
    runtime = await bench.ruby.ensure('*');
    unreachable = await whyUnreachable(rubygems);
    packed = join(bench.folder, 'gems');
    for (const [folder, files] of Object.entries(gems))
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(join(packed, folder, file, '..'), { recursive: true });
        writeFileSync(join(packed, folder, file), text, { mode: 0o755 });
      }
    writeFileSync(join(packed, 'make.rb'), makeGems);
    await pack();
  });
  after(() => bench.close());

  /** Makes gems of the folders in `packed`. */
  const pack = (): Promise<unknown> =>
    execa('docker', [
      ...['run', '--rm', '--network', 'none', '--label', `deis.instance=${bench.instance}`],
      ...['-v', `${runtime.folder}:/app/.deis/ruby:ro`, '-v', `${packed}:/gems`, bench.stack],
      ...['/app/.deis/ruby/bin/ruby', '/gems/make.rb'],
    ]);

  const build = (source: Source, options: BuildOptions = {}): Promise<Built> =>
    buildApp(bench, 'ruby', source, options);
  const run = (folder: string, command: string): Promise<string> =>
    runApp(bench, folder, command, ['-v', `${runtime.folder}:/app/.deis/ruby:ro`]);
  /** @param names of the gems that are in the repository */
  const commit = (
    files: Record<string, string>,
    names = ['greeting', 'json', 'shout', 'tester'],
  ): Promise<Source> =>
    bench.commit('ruby', {
      Gemfile: gemfile,
      'Gemfile.lock': lockOf(all),
      ...Object.fromEntries(
        readdirSync(packed)
          .filter((file) => file.endsWith('.gem') && names.some((name) => file.startsWith(`${name}-`)))
          .map((file) => [`vendor/cache/${file}`, `copy of ${join(packed, file)}`]),
      ),
      ...files,
    });
  const page = (command: string): string =>
    `${command} >/tmp/log 2>&1 & for n in $(seq 100); do ` +
    'curl -sf localhost:5001/ && exit; sleep 0.1; done; cat /tmp/log';

  it('with vendored gems answer, a compiled one too; a second build gives the same bytes', async () => {
    const Procfile = 'web: bundle exec ruby server.rb\n';
    const source = await commit({ 'server.rb': server, Procfile, 'vendor/bundle/stale': 'x' });
    const { folder, output, slug, processes, runtimes } = await build(source, offline);
    assert.match(output, /-----> Using Ruby 3\.\d\.\d+ and Bundler 2\.\d/);
    assert.match(output, /-----> Installing gems \(bundle install --local\)\n[^]*Installing shout 1\.0/);
    assert.match(output, /vendor\/bundle of the repository is not used/);
    assert.equal(await run(folder, page(processes['web']!)), `VENDORED ${runtime.version} 99.0 production`);
    assert.equal(await run(folder, 'greet'), 'greeted');
    assert.deepEqual(
      runtimes.map(({ name, mount, sha256 }) => [name, mount, sha256]),
      [['ruby', '.deis/ruby', runtime.slug.sha256]],
    );
    assert.deepEqual(readdirSync(join(folder, '.deis', 'ruby')), []);
    const [api = ''] = readdirSync(join(folder, 'vendor', 'bundle', 'ruby'));
    assert.deepEqual(readdirSync(join(folder, 'vendor', 'bundle', 'ruby', api, 'gems')).sort(), [
      'greeting-1.0',
      'json-99.0',
      'shout-1.0',
    ]);
    const again = await build(source, offline);
    assert.doesNotMatch(again.output, /Installing shout/);
    assert.equal(again.slug.sha256, slug.sha256);
  });

  it('do without a cache that is broken', async () => {
    const source = await commit({ Procfile: 'web: true' });
    await build(source, offline);
    const kept = join(bench.cacheOf('ruby'), 'ruby', 'bundle.tar');
    assert.ok(existsSync(kept));
    await execa('sh', ['-c', `printf x | dd of=${kept} bs=1 seek=900 conv=notrunc status=none`]);
    assert.match((await build(source, offline)).output, /Installing shout 1\.0/);
  });

  it('have the assets of their Rakefile compiled, with the config, unless they are in the repository', async () => {
    // Rake as Ruby brings it, packed as a gem of the bundle.
    const gemsOfRuby = join(runtime.folder, 'lib', 'ruby', 'gems');
    const installed = join(gemsOfRuby, readdirSync(gemsOfRuby)[0]!, 'gems');
    const rake = readdirSync(installed).find((name) => name.startsWith('rake-')) ?? '';
    const version = rake.slice('rake-'.length);
    await execa('cp', ['-rL', join(installed, rake), join(packed, `rake@${version}`)]);
    await pack();
    const files = {
      Gemfile: 'source "https://rubygems.org"\ngem "rake"\n',
      'Gemfile.lock': lockOf([`rake (${version})`]),
      Rakefile:
        'namespace :assets do\n  task :precompile do\n    mkdir_p "public/assets"\n' +
        '    look = [ENV.fetch("THEME"), ENV["RAILS_ENV"], ENV["SECRET_KEY_BASE"].size]\n' +
        '    File.write("public/assets/app.css", look.join(" "))\n' +
        '  end\nend\n',
      Procfile: 'web: cat public/assets/app.css',
    };
    const config = { THEME: 'dark' };
    const { output, folder, processes } = await build(await commit(files, ['rake']), { ...offline, config });
    assert.match(output, /-----> Compiling assets \(rake assets:precompile\)/);
    assert.equal(await run(folder, processes['web']!), 'dark production 64');
    const there = await commit({ ...files, 'public/assets/manifest-1.json': '{}' }, ['rake']);
    assert.match(
      (await build(there, offline)).output,
      /Assets are in the repository \(public\/assets\/manifest-1/,
    );
    await assert.rejects(
      build(await commit(files, ['rake']), offline),
      /rake assets:precompile failed\. Is all config/,
    );
  });

  it('of Rails and Rack start without a Procfile; of others it is asked for', async () => {
    const bare = { Gemfile: 'source "https://rubygems.org"\n', 'Gemfile.lock': lockOf([]) };
    const web = async (files: Record<string, string>): Promise<string | undefined> =>
      (await build(await commit({ ...bare, ...files }, []), offline)).processes['web'];
    assert.equal(await web({ 'config.ru': 'x' }), 'bundle exec rackup --host 0.0.0.0 --port $PORT config.ru');
    assert.equal(
      await web({ 'config.ru': 'x', 'config/application.rb': 'x' }),
      'bundle exec rails server -b 0.0.0.0 -p $PORT -e $RAILS_ENV',
    );
    await assert.rejects(web({}), /nothing says how to start the app: push a Procfile/);
  });

  it('end in one line that says what is to be done', async () => {
    const failing: readonly [Record<string, string>, string[], RegExp][] = [
      [
        {},
        ['greeting', 'json', 'tester'],
        /vendor\/cache does not hold all gems of Gemfile\.lock: run `bundle cache/,
      ],
      [
        { 'Gemfile.lock': lockOf(all, 'arm64-darwin-23') },
        ['greeting', 'json', 'shout', 'tester'],
        /run `bundle lock --add-platform/,
      ],
      [
        { Gemfile: `${gemfile}gem "more"\n` },
        ['greeting', 'json', 'shout', 'tester'],
        /Gemfile\.lock is not in step with Gemfile/,
      ],
      [{}, [], /RubyGems was not reached: DEIS_RUBYGEMS_MIRROR names a mirror/],
    ];
    for (const [files, names, message] of failing) {
      const source = await commit({ Procfile: 'web: true', ...files }, names);
      await assert.rejects(buildApp(bench, 'ruby-failing', source, offline), (error: Error) => {
        assert.match(error.message, message);
        assert.match(error.message, / !     the gems could not be installed/);
        return true;
      });
    }
  });

  it('of another version of Ruby are refused, and told what can be had', async () => {
    const source = await commit({
      Gemfile: 'source "https://rubygems.org"\nruby "2.7.8"\n',
      Procfile: 'web: true',
    });
    await assert.rejects(
      build(source, offline),
      /Ruby 2\.7\.8, which Gemfile or \.ruby-version asks for, cannot be had: expected 3\.\d\.\d+ on \w+/,
    );
  });

  itOnline(
    () => unreachable,
    'get their gems from RubyGems, a native one among them',
    async () => {
      const files = {
        Gemfile: 'source "https://rubygems.org"\ngem "puma", "6.4.2"\n',
        'Gemfile.lock':
          'GEM\n  remote: https://rubygems.org/\n  specs:\n    nio4r (2.7.0)\n    puma (6.4.2)\n      nio4r (~> 2.0)\n\n' +
          'PLATFORMS\n  ruby\n\nDEPENDENCIES\n  puma (= 6.4.2)\n\nBUNDLED WITH\n   2.3.7\n',
        'config.ru': 'run ->(_env) { [200, {}, ["rack"]] }\n',
        Procfile: 'web: puma -b tcp://0.0.0.0:$PORT\n',
      };
      const { folder, processes } = await build(await commit(files, []));
      assert.equal(await run(folder, page(processes['web']!)), 'rack');
    },
  );
});
