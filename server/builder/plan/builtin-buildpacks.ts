import type { BuiltinBuildpack } from './builtin-buildpack.js';
import { go } from './go.js';
import { java } from './java.js';
import { nodejs } from './nodejs.js';
import { php } from './php.js';
import { procfile } from './procfile.js';
import { python } from './python.js';
import { ruby } from './ruby.js';
import { staticFiles } from './static-files.js';

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
