import { UserError } from '../../../base/errors.js';
import type { Stores } from '../../store/stores.js';

/** Variable of a formation's config: the branch that deploys. */
export const deployBranchVariable = 'DEIS_DEPLOY_BRANCH';

const maxBranch = 200;
/** As git has them (git-check-ref-format(1)), without what shells or people trip over. */
const form = /^[A-Za-z0-9_][A-Za-z0-9_./-]*$/;
const defaultBranches = ['master', 'main'] as const;

/** The branches of a formation that deploy now: the one that its config names, else master and main. */
export async function deployBranches(
  { configs }: Pick<Stores, 'configs'>,
  formationId: number,
): Promise<readonly string[]> {
  const named = (await configs.present(formationId))?.values[deployBranchVariable];
  return named === undefined ? defaultBranches : [named];
}

/** @throws UserError where the value of DEIS_DEPLOY_BRANCH cannot be the name of a branch */
export function checkDeployBranch(value: string): void {
  const parts = value.split('/');
  const isWrong = (part: string): boolean =>
    part === '' || part.startsWith('.') || part.endsWith('.lock') || part.endsWith('.');
  if (value.length <= maxBranch && form.test(value) && !value.includes('..') && !parts.some(isWrong)) return;
  throw new UserError(
    `the value of ${deployBranchVariable} is not a valid branch: expected its name alone, e.g. production`,
    { field: `values.${deployBranchVariable}` },
  );
}
