import { quoted } from './shell-word.js';

/** One-off commands, each one word to the shell; of variables the names alone. */
export const runCommands = {
  run: (formation: string, command: string, env: readonly string[] = []) =>
    `deis run${given(env)} -f ${formation} -- ${quoted(command)}`,
  runDetached: (formation: string, command: string, env: readonly string[] = []) =>
    `deis run --detach${given(env)} -f ${formation} -- ${command === '' ? 'COMMAND' : quoted(command)}`,
  stopRun: (formation: string, run: string) => `deis run:stop ${run} -f ${formation}`,
} as const;

function given(env: readonly string[]): string {
  return env.map((name) => ` --env=${name}=...`).join('');
}
