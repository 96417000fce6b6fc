import { RemoteFailure, UserError } from '../../../../base/errors.js';
import { callOf } from './noted-calls.js';

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

/**
 * AWS refused a call that may be right without one of the machines that it names: one that is not known, is kept
 * from ending, or may not be touched. What it says of the caller or of its own state is not that.
 */
export function isOfOneMachine(error: unknown): boolean {
  const status = error instanceof Error ? (error as AwsFailure).$metadata?.httpStatusCode : undefined;
  return status !== undefined && status >= 400 && !isPassing(error) && !isAwsError(error, ...notValid);
}

/** AWS did answer, and says that it is busy or in trouble: a question may be asked again. */
export function isBusy(error: unknown): boolean {
  return isPassing(error) && (error as AwsFailure).$metadata?.httpStatusCode !== undefined;
}

/** The credentials are not valid any more. */
const notValid = [
  'AuthFailure',
  'InvalidClientTokenId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'RequestExpired',
];

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
  [notValid, 'the credentials are not valid any more: deis providers:update'],
  [
    ['VPCIdNotSpecified', 'MissingInput'],
    'the account has no default VPC: name vpc and subnets in the flavor',
  ],
  [['OptInRequired', 'PendingVerification'], 'AWS must enable the account for this first'],
];

/**
 * The failure in AWS's own words, with the code, and what to do next where we know it. @param call what was
 * asked, where more is to be said than the call's name
 */
export function ec2Failure(error: unknown, node: string, call?: string): RemoteFailure {
  if (error instanceof RemoteFailure) return error;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const command = call ?? callOf(error)?.name ?? 'a call';
  if (isUnanswered(error))
    return noAnswer(node, error, `gave no answer to ${command} (${name}: ${message}). Repeat the command`);
  const next = advice.find(([codes]) => codes.includes(name))?.[1];
  const text = `${node}: EC2 refused ${command} with ${name}: ${message
    .replace(/ Encoded authorization failure message: \S+/, '')
    .trim()
    .replace(/\.$/, '')}`;
  return new RemoteFailure(next === undefined ? text : `${text}. ${next[0]!.toUpperCase()}${next.slice(1)}`, {
    node,
    command,
    phase: 'exit',
    cause: error,
  });
}

/**
 * What AWS refuses, or does not answer in time, is told as that; what we or the operator did stays what it
 * is. @throws RemoteFailure; the signal's reason when that was aborted by anything but its time
 */
export async function inAwsWords<T>(node: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await inTime(node, signal, work);
  } catch (error) {
    if (error instanceof RemoteFailure) throw error;
    signal.throwIfAborted();
    throw error instanceof Error && '$metadata' in error ? ec2Failure(error, node) : error;
  }
}

/** What takes longer than the signal has time for is told as AWS's silence; all else stays what it is. */
export async function inTime<T>(node: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  try {
    return await work();
  } catch (error) {
    if (!isOutOfTime(signal) || error instanceof RemoteFailure) throw error;
    const seconds = Math.max(1, Math.round((performance.now() - began) / 1000));
    throw noAnswer(node, error, `gave no answer within ${seconds} s`);
  }
}

/** Whether the signal's own time is over, which is nobody's cancel. */
export function isOutOfTime({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof DOMException && reason.name === 'TimeoutError';
}

/** Whether the call ended without a word of AWS. */
function isUnanswered(error: unknown): boolean {
  return (
    error instanceof Error &&
    callOf(error) !== undefined &&
    isPassing(error) &&
    (error as AwsFailure).$metadata?.httpStatusCode === undefined &&
    !throttled.includes(error.name)
  );
}

function noAnswer(node: string, error: unknown, what: string): RemoteFailure {
  const call = callOf(error);
  const prefix = node === '' ? '' : `${node}: `;
  return new RemoteFailure(`${prefix}AWS${call === undefined ? '' : ` (${call.host})`} ${what}`, {
    node,
    command: call?.name ?? '',
    phase: 'deadline',
    cause: error,
  });
}
