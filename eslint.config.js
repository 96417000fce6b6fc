import tseslint from 'typescript-eslint';

/** Prettier breaks code at 110; strings, comments and templates it leaves alone. */
const maxLength = ['error', { code: 120, ignoreUrls: true, ignoreRegExpLiterals: true }];
const defaultExport = { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' };
const abortListener = {
  selector: "CallExpression[callee.property.name='addEventListener'][arguments.0.value='abort']",
  message: 'A signal that is aborted already never calls this listener: use onAbort.',
};

export default tseslint.config(
  { ignores: ['dist/', '.dist-*/', 'node_modules/', 'examples/', '**/*.cjs', 'dashboard/api/schema.d.ts'] },
  { files: ['**/*.mjs', '**/*.js'], rules: { 'max-len': maxLength } },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      'no-restricted-syntax': ['error', defaultExport, abortListener],
      eqeqeq: 'error',
      'max-len': maxLength,
      'prefer-const': 'error',
      complexity: ['error', 14],
      'max-depth': ['error', 4],
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'soak/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 650, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-floating-promises': 'error',
    },
  },
  // Written from the annotated examples of the providers.
  { files: ['cli/actions/infrastructure/flavor-params.ts'], rules: { 'max-len': 'off' } },
  // The one place that may: it looks at `aborted` first.
  { files: ['**/on-abort.ts'], rules: { 'no-restricted-syntax': ['error', defaultExport] } },
  // knex finds its configuration in a default export.
  { files: ['knexfile.ts'], rules: { 'no-restricted-syntax': 'off' } },
);
