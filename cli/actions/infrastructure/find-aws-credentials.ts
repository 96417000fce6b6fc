import { CliError, exitCodes } from '../../terminal/errors.js';
import type { Terminal } from '../../terminal/terminal.js';

export interface FoundCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** `the environment`, `profile work of ~/.aws` */
  readonly from: string;
}

/** Asking a machine in a cloud for its own role: short, because most machines are none. */
const roleMs = 1_000;

/**
 * AWS credentials of the person at the terminal: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY as in 2013, else
 * what AWS's default chain finds (~/.aws, AWS_PROFILE, single sign-on, the machine's role). @throws CliError
 * when there are none, and for temporary ones, which would end while nodes live on
 */
export async function findAwsCredentials({ env }: Terminal): Promise<FoundCredentials> {
  const [accessKeyId, secretAccessKey, session] = [
    env['AWS_ACCESS_KEY_ID'],
    env['AWS_SECRET_ACCESS_KEY'],
    env['AWS_SESSION_TOKEN'],
  ];
  const profile = env['AWS_PROFILE'];
  const found =
    accessKeyId && secretAccessKey
      ? { accessKeyId, secretAccessKey, sessionToken: session || undefined, from: 'the environment' }
      : await fromChain(profile);
  if (found.sessionToken === undefined) return found;
  throw new CliError(
    `the AWS credentials of ${found.from} are temporary: ` +
      'the controller needs some that last as long as the nodes',
    exitCodes.conflict,
    {
      details: [
        'Make an IAM user with the policy of docs/ec2.md and give its access key: ' +
          'deis providers:update ec2 --creds=@FILE',
        'A controller that runs on EC2 may use its own role; an admin says so: ' +
          '--creds=\'{"source": "controller"}\'',
      ],
    },
  );
}

async function fromChain(
  profile: string | undefined,
): Promise<FoundCredentials & { readonly sessionToken: string | undefined }> {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  const from = profile === undefined ? "AWS's default chain (~/.aws)" : `profile ${profile} of ~/.aws`;
  try {
    const { accessKeyId, secretAccessKey, sessionToken } = await defaultProvider({
      timeout: roleMs,
      maxRetries: 0,
      ...(profile === undefined ? {} : { profile }),
    })();
    return { accessKeyId, secretAccessKey, sessionToken, from };
  } catch (error) {
    throw new CliError(`found no AWS credentials: ${(error as Error).message}`, exitCodes.notFound, {
      details: [
        'Looked at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, then at ~/.aws (AWS_PROFILE chooses), ' +
          'then at the role of this machine',
      ],
    });
  }
}
