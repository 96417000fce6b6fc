import { Option } from 'commander';

/** `--roles`, for the commands that start or check the parts of roles. */
export function rolesOption(): Option {
  return new Option(
    '--roles <roles>',
    'what this process does: api, git, worker, build, slug, registry, log; the same as DEIS_ROLES',
  );
}
