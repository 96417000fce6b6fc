import type * as Ec2Sdk from '@aws-sdk/client-ec2';
import type { Secret } from '../../../cookbooks/secret.js';

export interface Ec2Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
}

/** The SDK with one client, or one client per region. */
export interface Ec2Api {
  readonly sdk: typeof Ec2Sdk;
  readonly client: Ec2Sdk.EC2Client;
}

const timeouts = { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true };

/**
 * Loads the SDK on first use (its import costs 120-290 ms) and makes a client for a region. Without credentials of its own
 * the client uses AWS's default chain. The SDK has no time-outs by default, hence these.
 */
export async function openEc2Api(region: string, credentials: Ec2Credentials | null): Promise<Ec2Api> {
  const sdk = await import('@aws-sdk/client-ec2');
  const client = new sdk.EC2Client({
    region,
    requestHandler: timeouts,
    ...(credentials && { credentials: { accessKeyId: credentials.accessKeyId, secretAccessKey: credentials.secretAccessKey.reveal() } }),
  });
  return { sdk, client };
}

/** True when AWS answered with that error code. */
export function isAwsError(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && codes.includes(error.name);
}
