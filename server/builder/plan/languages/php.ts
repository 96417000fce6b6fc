import { UserError } from '../../../../base/errors.js';
import type { Processes } from '../app-source.js';
import type { BuiltinBuildpack } from '../builtin-buildpack.js';

/** PHP apps, with Composer where they list packages. What they ask of PHP, the build asks Composer itself. */
export const php: BuiltinBuildpack = {
  name: 'php',
  title: 'PHP',
  sign: 'composer.json or index.php',
  detect: ({ names }) => names.has('composer.json') || names.has('index.php'),
  // What has built itself without it goes on doing so.
  isChosen: ({ procfile, compilesItself }) => procfile === undefined || compilesItself !== true,
  plan: (_source, written) => ({
    processes: {},
    decidesLater: true,
    runtimes: [{ name: 'php', range: '*' }],
    notes: notesOnApache(written),
  }),
};

/** There is nginx alone. @throws UserError where Apache's settings are asked for */
function notesOnApache(written: Processes = {}): string[] {
  const apache = Object.values(written).filter((command) => command.includes('heroku-php-apache2'));
  const configured = apache.find((command) => command.split(/\s+/).includes('-C'));
  if (configured !== undefined)
    throw new UserError(
      `the Procfile says \`${configured}\`, and nginx runs here, which cannot read Apache's settings: expected e.g. ` +
        '`heroku-php-nginx -C nginx.conf public/`',
      { field: 'Procfile' },
    );
  return apache.length === 0
    ? []
    : [
        'heroku-php-apache2 is nginx here: .htaccess files are not read, and paths without a file go to index.php. ' +
          'Other rules: `heroku-php-nginx -C nginx.conf`',
      ];
}
