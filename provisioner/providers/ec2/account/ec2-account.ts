import { UserError } from '../../../../base/errors.js';
import type { CredentialCheck } from '../../../provider.js';
import type { Ec2Api } from './ec2-api.js';
import type { Ec2Account } from './ec2-credentials.js';
import { inAwsWords, isPassing } from './ec2-errors.js';

/**
 * Asks AWS whose credentials these are. @throws UserError when AWS refuses them, or they are of another
 * account than they were
 */
export async function describeAccount(
  api: Ec2Api,
  account: Ec2Account,
  signal: AbortSignal,
): Promise<CredentialCheck> {
  const { id, arn } = await askIdentity(api, signal);
  if (account.account !== undefined && id !== account.account)
    throw new UserError(
      `creds: AWS says they are of account ${id}, but the provider is for account ${account.account}, ` +
        'where its nodes are: give credentials of that account, or make another provider',
      { field: 'creds' },
    );
  return {
    summary: `AWS account ${id} (${arn})${account.region === undefined ? '' : ` in ${account.region}`}`,
    pins: { account: id },
  };
}

/** Nothing is launched into another account than the one that was shown when the provider was made. */
export async function checkAccount(api: Ec2Api, account: Ec2Account, signal: AbortSignal): Promise<void> {
  if (account.account !== undefined) await describeAccount(api, account, signal);
}

async function askIdentity(api: Ec2Api, signal: AbortSignal): Promise<{ id: string; arn: string }> {
  const { sdk, client } = await api.sts();
  return inAwsWords('creds', signal, async () => {
    try {
      const { Account = '', Arn = '' } = await client.send(new sdk.GetCallerIdentityCommand({}), {
        abortSignal: signal,
      });
      return { id: Account, arn: Arn };
    } catch (error) {
      // Nobody has refused them.
      if (signal.aborted || isPassing(error)) throw error;
      throw new UserError(`creds: AWS refused them: ${(error as Error).name}: ${(error as Error).message}`, {
        field: 'creds',
        cause: error,
      });
    }
  });
}
