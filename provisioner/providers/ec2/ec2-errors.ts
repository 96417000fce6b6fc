import { RemoteFailure, UserError } from '../../../base/errors.js';

interface AwsFailure extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

/** True when AWS answered with one of these error codes. */
export function isAwsError(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && codes.includes(error.name);
}

/** Codes that mean: not here, maybe in another zone or as another type. */
export const capacityCodes: readonly string[] = [
  'InsufficientInstanceCapacity',
  'InsufficientHostCapacity',
  'InsufficientFreeAddressesInSubnet',
  'Unsupported',
  'Server.InsufficientInstanceCapacity',
];

const throttled: readonly string[] = [
  'RequestLimitExceeded',
  'Throttling',
  'ThrottlingException',
  'EC2ThrottledException',
];

/**
 * Nobody knows whether the call was carried out, or it was not and may be asked again: no answer, throttled,
 * AWS's own trouble.
 */
export function isPassing(error: unknown): boolean {
  if (
    !(error instanceof Error) ||
    capacityCodes.includes(error.name) ||
    error instanceof UserError ||
    error instanceof RemoteFailure ||
    error.name === 'AbortError'
  )
    return false;
  if (/^Credentials|CredentialsProviderError|TokenProviderError/.test(error.name)) return false;
  const status = (error as AwsFailure).$metadata?.httpStatusCode;
  return throttled.includes(error.name) || status === undefined || status >= 500;
}

const advice: readonly (readonly [codes: readonly string[], what: string])[] = [
  [
    [
      'VcpuLimitExceeded',
      'InstanceLimitExceeded',
      'MaxSpotInstanceCountExceeded',
      'VolumeLimitExceeded',
      'Client.VolumeLimitExceeded',
      'SecurityGroupLimitExceeded',
      'AddressLimitExceeded',
    ],
    'ask AWS for a higher quota (Service Quotas) or remove something, then repeat the command',
  ],
  [capacityCodes, 'name fallback_types or more subnets in the flavor, or repeat the command later'],
  [
    ['UnauthorizedOperation', 'AccessDenied', 'AccessDeniedException'],
    'give the IAM user the policy of docs/ec2.md; `deis flavors:check` says what is missing',
  ],
  [
    ['AuthFailure', 'InvalidClientTokenId', 'SignatureDoesNotMatch', 'ExpiredToken'],
    'the credentials are not valid any more: deis providers:update',
  ],
  [
    ['VPCIdNotSpecified', 'MissingInput'],
    'the account has no default VPC: name vpc and subnets in the flavor',
  ],
  [['OptInRequired', 'PendingVerification'], 'AWS must enable the account for this first'],
];

/** The failure in AWS's own words, with the code, and what to do next where we know it. */
export function ec2Failure(error: unknown, node: string, call: string): RemoteFailure {
  if (error instanceof RemoteFailure) return error;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const next = advice.find(([codes]) => codes.includes(name))?.[1];
  const text = `${node}: EC2 refused ${call} with ${name}: ${message
    .replace(/ Encoded authorization failure message: \S+/, '')
    .trim()
    .replace(/\.$/, '')}`;
  return new RemoteFailure(next === undefined ? text : `${text}. ${next[0]!.toUpperCase()}${next.slice(1)}`, {
    node,
    command: call,
    phase: 'exit',
    cause: error,
  });
}

/** What AWS refuses is told in its own words; what we or the operator did stays what it is. */
export async function inAwsWords<T>(
  node: string,
  call: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof Error && '$metadata' in error ? ec2Failure(error, node, call) : error;
  }
}
