import { messageOf, UserError } from '../../base/errors.js';
import { certificateLines } from './keys/certificate.js';
import type { Settings } from '../settings/settings.js';
import type { AddCommand, CommandContext } from './command-context.js';
import { rolesOption } from './roles-option.js';

/** `deis-controller check`. */
export const addCheck: AddCommand = (program, context) => {
  program
    .command('check')
    .summary('check the settings and start nothing')
    .description(
      'Checks settings, TLS files, master key, DATABASE_URL and recipes. Lists every problem. Starts nothing. ' +
        'With DATABASE_URL it tells how far the certificate of DEIS_TLS_DOMAIN is, too.',
    )
    .addOption(rolesOption())
    .action(() => check(context.settings(), context));
};

/**
 * Also loads the operator's recipes: otherwise their faults show only when they are used. @throws UserError
 * with every problem
 */
async function check(settings: Settings, { misspelt, print }: CommandContext): Promise<void> {
  const [{ OperatorCookbooks }, { settingProblems }] = await Promise.all([
    import('../../provisioner/converge/operator-cookbooks.js'),
    import('./check-settings.js'),
  ]);
  let recipes: readonly string[] = [];
  const recipeProblems = await new OperatorCookbooks(settings.cookbookPath).loadAll().then(
    (names) => {
      recipes = names;
      return [];
    },
    (error: unknown) => [messageOf(error)],
  );
  const problems = [...misspelt, ...(await settingProblems(settings)), ...recipeProblems];
  if (problems.length > 0)
    throw new UserError(
      ['the settings are not right:', ...problems.map((problem) => `  ${problem}`)].join('\n'),
    );
  print('the settings are right');
  if (recipes.length > 0) print(`recipes that layers may name: ${recipes.join(', ')}`);
  const { ownTls } = settings.http;
  // An embedded database is not started for it.
  if (ownTls !== undefined && settings.databaseUrl !== undefined)
    for (const line of await certificateLines(settings, ownTls.domain)) print(line);
}
