import type { BuiltinBuildpack } from './builtin-buildpack.js';
import { go } from './languages/go.js';
import { java } from './languages/java.js';
import { nodejs } from './languages/nodejs.js';
import { php } from './languages/php.js';
import { procfile } from './procfile.js';
import { python } from './languages/python.js';
import { ruby } from './languages/ruby.js';
import { staticFiles } from './languages/static-files.js';

/** In the order in which they are asked: the first that knows an app builds it. */
export const builtinBuildpacks: readonly BuiltinBuildpack[] = [
  nodejs,
  python,
  go,
  java,
  staticFiles,
  ruby,
  php,
  procfile,
];
