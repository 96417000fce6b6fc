import { join } from 'node:path';
import { unpackPackages, type PackageSources } from '../toolchains/debian-packages.js';
import { DebianRuntimes, type DebianRuntimesOptions, type MadeTree } from './debian-runtimes.js';
import { relocateRuby, rubyMount } from './relocate-ruby.js';
import { requireRuby, rubyLine } from './ruby-version.js';
import type { Runtime, RuntimeSource } from './runtime.js';

/** Ruby of Debian's own packages, with its headers: gems are compiled against them. */
export class RubyRuntimes implements RuntimeSource {
  readonly #runtimes: DebianRuntimes;

  constructor(private readonly options: DebianRuntimesOptions) {
    this.#runtimes = new DebianRuntimes(options, 'ruby');
  }

  async ensure(range: string, onFetch: (what: string) => void = () => undefined): Promise<Runtime> {
    const { suite } = this.options;
    const line = rubyLine(suite);
    const make = (work: string, packages: PackageSources): Promise<MadeTree> =>
      makeRuby(work, line, packages);
    const language = { name: 'ruby', title: 'Ruby', line, mount: rubyMount, make };
    return this.#runtimes.ensure(language, onFetch, (version) => requireRuby(range, version, suite));
  }
}

async function makeRuby(work: string, line: string, packages: PackageSources): Promise<MadeTree> {
  const wanted = [`ruby${line}`, `libruby${line}`, `ruby${line}-dev`, 'libyaml-0-2'];
  const tree = join(await unpackPackages(work, wanted, packages), 'usr');
  return { tree, version: await relocateRuby(tree, line) };
}
