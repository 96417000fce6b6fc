const errorCodes = 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html';
const idempotency = 'https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html';
const throttling = 'https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html';
const common = 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonErrors.html';

/** Every refusal that the endpoint gives: status, words, and where AWS documents it. */
export const documentedRefusals = {
  AuthFailure: {
    status: 401,
    message: 'AWS was not able to validate the provided access credentials',
    source: errorCodes,
  },
  DependencyViolation: { status: 400, message: 'resource has a dependent object', source: errorCodes },
  DryRunOperation: {
    status: 412,
    message: 'Request would have succeeded, but DryRun flag is set.',
    source: errorCodes,
  },
  IdempotentInstanceTerminated: {
    status: 400,
    message: 'The instance launched with this client token is terminated',
    source: idempotency,
  },
  IdempotentParameterMismatch: {
    status: 400,
    message:
      'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
    source: idempotency,
  },
  InstanceLimitExceeded: {
    status: 400,
    message: 'You have requested more instances than your current instance limit allows',
    source: errorCodes,
  },
  InsufficientInstanceCapacity: {
    status: 500,
    message: 'We currently do not have sufficient capacity in the Availability Zone you requested.',
    source: errorCodes,
  },
  InternalError: { status: 500, message: 'An internal error has occurred', source: errorCodes },
  InvalidAction: { status: 400, message: 'The action is not valid for this web service', source: common },
  'InvalidAllocationID.NotFound': {
    status: 400,
    message: 'The allocation ID does not exist',
    source: errorCodes,
  },
  'InvalidAMIID.NotFound': { status: 400, message: 'The image id does not exist', source: errorCodes },
  'InvalidAssociationID.NotFound': {
    status: 400,
    message: 'The association ID does not exist',
    source: errorCodes,
  },
  InvalidClientTokenId: {
    status: 403,
    message: 'The security token included in the request is invalid.',
    source: common,
  },
  'InvalidGroup.Duplicate': { status: 400, message: 'The security group already exists', source: errorCodes },
  'InvalidGroup.NotFound': { status: 400, message: 'The security group does not exist', source: errorCodes },
  'InvalidInstanceID.NotFound': {
    status: 400,
    message: 'The instance ID does not exist',
    source: errorCodes,
  },
  InvalidParameterValue: { status: 400, message: 'Value is invalid', source: errorCodes },
  'InvalidPermission.Duplicate': {
    status: 400,
    message: 'The specified rule already exists',
    source: errorCodes,
  },
  'InvalidPermission.NotFound': {
    status: 400,
    message: 'The specified rule does not exist in this security group',
    source: errorCodes,
  },
  'InvalidSubnetID.NotFound': { status: 400, message: 'The subnet ID does not exist', source: errorCodes },
  MissingParameter: { status: 400, message: 'The request must contain the parameter', source: common },
  RequestLimitExceeded: { status: 503, message: 'Request limit exceeded.', source: throttling },
  UnauthorizedOperation: {
    status: 403,
    message: 'You are not authorized to perform this operation.',
    source: errorCodes,
  },
  UnknownParameter: { status: 400, message: 'The parameter is not recognized', source: errorCodes },
  'InvalidVolume.NotFound': { status: 400, message: 'The volume does not exist', source: errorCodes },
  VolumeInUse: { status: 400, message: 'The volume is attached to an instance', source: errorCodes },
  VcpuLimitExceeded: {
    status: 400,
    message: 'You have requested more vCPU capacity than your current vCPU limit allows',
    source: errorCodes,
  },
  VPCIdNotSpecified: { status: 400, message: 'No default VPC for this user', source: errorCodes },
} as const;

export type RefusalCode = keyof typeof documentedRefusals;

/** What AWS would refuse, in its form. */
export class Refusal extends Error {
  readonly status: number;

  constructor(
    readonly code: RefusalCode,
    detail = '',
  ) {
    super(`${documentedRefusals[code].message}${detail === '' ? '' : ` (${detail})`}`);
    this.status = documentedRefusals[code].status;
  }
}
