import type { Instance } from '@aws-sdk/client-ec2';
import { RemoteFailure } from '../../../../base/errors.js';
import type { Ec2Params } from '../ec2-params.js';

/**
 * Where the controller reaches a machine that runs. @param fixed its fixed address, where it has one
 * @throws RemoteFailure that says what to set, for a machine without a public address that should have one
 */
export function addressOf(
  machine: Instance,
  params: Ec2Params,
  fixed: string | undefined,
  name: string,
): string {
  const address =
    fixed ?? (params.address === 'private' ? machine.PrivateIpAddress : machine.PublicIpAddress);
  if (address !== undefined) return address;
  throw new RemoteFailure(
    `${name} (${machine.InstanceId}) runs without a public address: its subnet gives none; set ` +
      `address: private in the flavor's params when the controller reaches private ones`,
    { node: name, command: 'RunInstances', phase: 'exit' },
  );
}
