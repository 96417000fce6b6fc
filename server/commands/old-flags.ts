/** Commands that were flags once; of several, the first in this order was carried out. */
const oldFlags = [
  '--check',
  '--database-url',
  '--build-images',
  '--stop-database',
  '--rotate-master-key',
  '--purge',
];

/**
 * The arguments with a flag of earlier versions turned into its sub-command: `--roles api --check` becomes
 * `--roles api check`. Arguments that begin with a sub-command stay as they are.
 */
export function withoutOldFlags(args: readonly string[]): string[] {
  const [flag] = oldFlags.filter((each) => args.includes(each));
  if (flag === undefined || !args[0]?.startsWith('-')) return [...args];
  if (args.some((arg) => arg === '--help' || arg === '-h')) return ['--help'];
  return [...args.filter((arg) => !oldFlags.includes(arg)), flag.slice(2)];
}
