import { quoted } from './shell-word.js';

/** One-off commands, each one word to the shell. */
export const runCommands = {
  run: (formation: string, command: string) => `deis run -f ${formation} -- ${quoted(command)}`,
  runDetached: (formation: string, command: string) =>
    `deis run --detach -f ${formation} -- ${command === '' ? 'COMMAND' : quoted(command)}`,
  stopRun: (formation: string, run: string) => `deis run:stop ${run} -f ${formation}`,
} as const;
