import type * as Ec2Sdk from '@aws-sdk/client-ec2';
import type * as SsmSdk from '@aws-sdk/client-ssm';
import type * as StsSdk from '@aws-sdk/client-sts';
import type { Ec2Credentials } from './ec2-credentials.js';
import { noteCall } from './noted-calls.js';

/** The SDKs with clients for one region. */
export interface Ec2Api {
  readonly region: string;
  readonly sdk: typeof Ec2Sdk;
  /** Repeats what was throttled or lost. For calls that may be repeated. */
  readonly client: Ec2Sdk.EC2Client;
  /**
   * Asks once: for calls whose repetition is ours to decide. The SDK would retry a lack of capacity, which
   * comes as HTTP 500.
   */
  readonly once: Ec2Sdk.EC2Client;
  readonly sts: () => Promise<{ readonly sdk: typeof StsSdk; readonly client: StsSdk.STSClient }>;
  readonly ssm: () => Promise<{ readonly sdk: typeof SsmSdk; readonly client: SsmSdk.SSMClient }>;
}

/** Milliseconds; the defaults are AWS's habits, tests are faster. */
export interface Ec2Clocks {
  readonly requestMs: number;
  readonly pollMs: number;
  readonly runningMs: number;
  readonly answerMs: number;
  readonly settleMs: number;
  readonly releaseMs: number;
}

/** How long AWS takes for things, as far as is known. */
export const clocksOfAws: Ec2Clocks = {
  requestMs: 30_000,
  pollMs: 2_000,
  runningMs: 300_000,
  answerMs: 180_000,
  settleMs: 30_000,
  releaseMs: 300_000,
};

const connectionTimeout = 5_000;
const noting = { step: 'build', name: 'noteCall' } as const;

/**
 * Loads the SDKs on first use (each import costs 120-290 ms) and makes clients for a region. Null
 * credentials: AWS's default chain of this machine. The SDK has no time-outs by default. @param requestMs
 * until a call without an answer is given up
 */
export async function openEc2Api(
  region: string,
  credentials: Ec2Credentials | null,
  requestMs: number,
): Promise<Ec2Api> {
  const sdk = await import('@aws-sdk/client-ec2');
  const config = {
    region,
    requestHandler: { connectionTimeout, requestTimeout: requestMs, throwOnRequestTimeout: true },
    ...(credentials && {
      credentials: {
        accessKeyId: credentials.accessKeyId,
        secretAccessKey: credentials.secretAccessKey.reveal(),
      },
    }),
  };
  const client = new sdk.EC2Client({ ...config, retryMode: 'adaptive' });
  const once = new sdk.EC2Client({ ...config, maxAttempts: 1 });
  for (const each of [client, once]) each.middlewareStack.add(noteCall, noting);
  return {
    region,
    sdk,
    client,
    once,
    sts: lazily(async () => {
      const sts = await import('@aws-sdk/client-sts');
      const asking = new sts.STSClient(config);
      asking.middlewareStack.add(noteCall, noting);
      return { sdk: sts, client: asking };
    }),
    ssm: lazily(async () => {
      const ssm = await import('@aws-sdk/client-ssm');
      const asking = new ssm.SSMClient(config);
      asking.middlewareStack.add(noteCall, noting);
      return { sdk: ssm, client: asking };
    }),
  };
}

function lazily<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => (opened ??= open());
}
