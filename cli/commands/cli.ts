import type { CommandTable } from '../command.js';
import { completionScript, shells, type Shell } from '../completion-script.js';
import { examine } from '../actions/doctor.js';
import { exitCodes, usageError } from '../terminal/errors.js';
import { table } from '../terminal/format.js';
import { listPlugins } from '../plugins.js';

export const cli: CommandTable = {
  commands: {
    summary: 'every command with its usage',
    json: true,
    details: 'Example:\n  deis commands --json',
    run: async (call) =>
      call.print(await call.catalogue(), (all) =>
        table(
          ['COMMAND', 'WHAT IT DOES'],
          all.map(({ usage, summary }) => [usage, summary]),
        ),
      ),
  },
  completion: {
    summary: `a script that lets a shell complete deis: ${shells.join(', ')}`,
    args: '<shell>',
    details:
      'Commands, options, and names of formations after -f.\n\n' +
      'Examples:\n' +
      '  source <(deis completion bash)\n' +
      '  deis completion zsh > ~/.zfunc/_deis\n' +
      '  deis completion fish > ~/.config/fish/completions/deis.fish',
    run: async (call) => {
      const shell = call.arg(0);
      if (!shells.includes(shell as Shell))
        throw usageError(
          `no completion for ${JSON.stringify(shell)}`,
          `there is one for ${shells.join(', ')}`,
        );
      const commands = (await call.catalogue()).flatMap(({ name, shortcuts, summary, options }) =>
        [name, ...shortcuts].map((word) => ({
          word,
          summary,
          options: options.flatMap(({ flags }) => flags.match(/(?<=^|, )--?[a-z][a-z-]*/g) ?? []),
        })),
      );
      call.output.data(completionScript(shell as Shell, commands));
    },
  },
  doctor: {
    summary: 'look whether everything is well for a deploy: git, login, controller, keys, git endpoint',
    json: true,
    details: 'Exits with 1 when something is not.\n\nExample:\n  deis doctor',
    run: async (call) => {
      const findings = await examine(call);
      call.print(findings, (all) =>
        table(
          ['', 'CHECK', 'FOUND'],
          all.map(({ ok, check, found }) => [ok ? 'ok' : 'NO', check, found]),
        ),
      );
      for (const { ok, check, hint } of call.wantsJson ? [] : findings)
        if (!ok) call.output.talk(`${check}: ${hint ?? ''}`);
      return findings.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.failed;
    },
  },
  plugins: {
    summary: 'programs deis-NAME on your PATH, which are commands, too',
    json: true,
    details:
      'They get the words behind their name, and end with an exit code of their own.\n\n' +
      'Example:\n' +
      '  deis cli:plugins',
    run: async (call) =>
      call.printList(
        await listPlugins(call.terminal.env['PATH'] ?? ''),
        (names) => names.join('\n'),
        'No program deis-NAME on PATH',
      ),
  },
};
