import { UserError } from '../../base/errors.js';
import type { AddCommand, CommandContext } from './command-context.js';

interface InstallFlags {
  readonly plan?: string;
  readonly apply?: string;
}

/** `deis-controller install`. */
export const addInstall: AddCommand = (program, context) => {
  program
    .command('install')
    .summary('converge hosts into the control plane: PostgreSQL, controllers, nginx')
    .description(
      'Converges the hosts of a file (YAML or JSON) over SSH into the control plane: a PostgreSQL of their own, ' +
        'controllers as a service, nginx with TLS before them. Works from any machine that reaches them. A second ' +
        '--apply changes nothing. See docs/install.md.',
    )
    .option('--plan <file>', 'say what would change, and change nothing')
    .option('--apply <file>', 'make it so')
    .action((flags: InstallFlags) => install(flags, context));
};

async function install({ plan, apply }: InstallFlags, { print, progress }: CommandContext): Promise<void> {
  const path = apply ?? plan;
  if (path === undefined || (apply !== undefined && plan !== undefined))
    throw new UserError('install needs --plan FILE or --apply FILE, and not both: see docs/install.md');
  const [{ readPlaneFile }, { packRelease }, { installPlanes }, { NodeSshTransport }] = await Promise.all([
    import('../install/file/read-plane-file.js'),
    import('../install/release/pack-release.js'),
    import('../install/install-planes.js'),
    import('../../provisioner/ssh/node-ssh-transport.js'),
  ]);
  const planes = await readPlaneFile(path);
  const { signal, release: letGo } = untilInterrupted();
  try {
    const node = planes.file.node_version ?? process.versions.node;
    const pack = (): ReturnType<typeof packRelease> => {
      progress('packing this release');
      return packRelease({ node, progress, signal });
    };
    const transport = new NodeSshTransport();
    await installPlanes({ apply: apply !== undefined, planes, pack, transport, signal, print, progress });
  } finally {
    letGo();
  }
}

/** A first Ctrl-C ends what goes on on the hosts; a second one ends the program. */
function untilInterrupted(): { readonly signal: AbortSignal; readonly release: () => void } {
  const stop = new AbortController();
  const names = ['SIGINT', 'SIGTERM'] as const;
  const end = (): void => stop.abort(new UserError('interrupted'));
  for (const name of names) process.once(name, end);
  return { signal: stop.signal, release: () => names.forEach((name) => process.off(name, end)) };
}
