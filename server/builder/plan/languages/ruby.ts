import { UserError } from '../../../../base/errors.js';
import { rubyRangeOf } from '../../runtimes/ruby-version.js';
import type { BuiltinBuildpack } from '../builtin-buildpack.js';

/** Ruby apps with Bundler. Whether it is Rails, or Rack alone, the build finds out. */
export const ruby: BuiltinBuildpack = {
  name: 'ruby',
  title: 'Ruby',
  sign: 'Gemfile',
  detect: ({ names }) => names.has('Gemfile'),
  // What has built itself without it goes on doing so.
  isChosen: ({ procfile, compilesItself }) => procfile === undefined || compilesItself !== true,
  plan: ({ names, gemfile = '', rubyVersion = '' }) => {
    if (!names.has('Gemfile.lock'))
      throw new UserError(
        'Gemfile has no Gemfile.lock beside it: run `bundle lock`, commit Gemfile.lock and push again',
        { field: 'Gemfile.lock' },
      );
    return {
      processes: {},
      decidesLater: true,
      runtimes: [{ name: 'ruby', range: rubyRangeOf(gemfile, rubyVersion) }],
      notes: names.has('.bundle')
        ? ['.bundle/config is not read: set its lines as BUNDLE_... in the config']
        : [],
    };
  },
};
