import { UserError } from '../../base/errors.js';
import type { keepBuildpack } from '../builder/keep/keep-buildpack.js';
import type { AddCommand, CommandContext } from './command-context.js';
import { withDatabase } from './database/with-database-url.js';

/** `deis-controller buildpacks add|list|remove`. Its parts are loaded when it runs: other commands start without. */
export const addBuildpacks: AddCommand = (program, context) => {
  const group = program
    .command('buildpacks')
    .summary('keep copies of buildpacks that formations may name')
    .description(
      'Keeps copies of buildpacks, which formations name in .buildpacks or `deis buildpacks:set`. Builds use the ' +
        'copy whose sha256 is kept, and fetch nothing. Works while the controller runs and while it does not.',
    );
  group
    .command('add <name> <source>')
    .description('Fetches a buildpack and keeps it; one of the same name is replaced.')
    .option('--ref <sha>', 'the commit of a repository')
    .option('--sha256 <hex>', 'refuse a tarball with another hash')
    .action((name: string, source: string, options: { ref?: string; sha256?: string }) =>
      withKept(context, async (parts) => {
        const { keepBuildpack } = await import('../builder/keep/keep-buildpack.js');
        const { sha256, ref, size } = await keepBuildpack(parts, name, { source, ...options });
        context.print(`${name}  sha256:${sha256}  ${size} bytes${ref === null ? '' : `  commit ${ref}`}`);
      }),
    );
  group
    .command('list', { isDefault: true })
    .description('Lists them: name, sha256, commit and source.')
    .action(() =>
      withKept(context, async ({ stores }) => {
        const all = await stores.buildpacks.kept();
        if (all.length === 0) context.print('no buildpacks are kept');
        for (const { name, sha256, ref, source } of all)
          context.print([name, `sha256:${sha256}`, ref ?? '-', source].join('  '));
      }),
    );
  group
    .command('remove <name>')
    .description('Forgets one: pushes that name it are refused from then on.')
    .action((name: string) => withKept(context, (parts) => drop(parts, name)));
};

async function drop(parts: Parts, name: string): Promise<void> {
  const { dropBuildpack } = await import('../builder/keep/keep-buildpack.js');
  await dropBuildpack(parts, name);
}

type Parts = Parameters<typeof keepBuildpack>[0];

async function withKept(context: CommandContext, work: (parts: Parts) => Promise<void>): Promise<void> {
  const settings = context.settings();
  const { dataDir, caBundle = null } = settings;
  await withDatabase(settings, async (database) => {
    if (!(await database.schema.hasTable('kept_buildpacks')))
      throw new UserError('this database knows no buildpacks yet: start the controller of this version once');
    const [{ KeptBuildpacks }, { RegistryClient }, { formationDirs }, { BuildpackStore }] = await Promise.all(
      [
        import('../builder/containers/kept-buildpacks.js'),
        import('../builder/toolchains/fetch-file.js'),
        import('../slug/remove-formation-files.js'),
        import('../store/app/builds/buildpack-store.js'),
      ],
    );
    await work({
      stores: { buildpacks: new BuildpackStore(database) },
      files: new KeptBuildpacks(formationDirs(dataDir).buildpacks),
      client: new RegistryClient(caBundle),
      caBundle,
    });
  });
}
