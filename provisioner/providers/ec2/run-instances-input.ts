import { createHash } from 'node:crypto';
import type { RunInstancesCommandInput, Tag } from '@aws-sdk/client-ec2';
import { UserError } from '../../../cookbooks/errors.js';
import type { NodeLaunch, ProviderLayer } from '../../provider.js';
import type { Ec2Params } from './ec2-params.js';

/** Bytes of user-data that RunInstances accepts, before base64 (EC2 User Guide, "instance user data"). */
const userDataLimit = 16_384;

export interface LaunchPlacement {
  readonly instance: string;
  readonly imageId: string;
  readonly groupIds: readonly string[];
}

/** Tags by which `listNodes` and an operator find what a formation owns. */
export function layerTags(instance: string, layer: ProviderLayer): Tag[] {
  return [
    { Key: 'deis:created-by', Value: instance },
    { Key: 'deis:formation', Value: layer.formation },
    { Key: 'deis:layer', Value: layer.layer },
  ];
}

/** One instance for one node; the client token makes a repeated call return the first call's instance. @throws UserError when user-data is too large. */
export function runInstancesInput(launch: NodeLaunch, params: Ec2Params, placement: LaunchPlacement): RunInstancesCommandInput {
  const tags = [...layerTags(placement.instance, launch), { Key: 'Name', Value: launch.name }, { Key: 'deis:node', Value: launch.uuid }];
  return {
    ClientToken: createHash('sha256').update(`${placement.instance}:${launch.uuid}`).digest('hex'),
    ImageId: placement.imageId,
    InstanceType: params.instance_type as NonNullable<RunInstancesCommandInput['InstanceType']>,
    MinCount: 1,
    MaxCount: 1,
    UserData: encodeUserData(launch),
    MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeType: 'gp3', VolumeSize: params.volume_size, Encrypted: true, DeleteOnTermination: true } }],
    NetworkInterfaces: [{ DeviceIndex: 0, DeleteOnTermination: true, Groups: [...placement.groupIds], ...(params.subnet === undefined ? {} : { SubnetId: params.subnet }) }],
    TagSpecifications: (['instance', 'volume', 'network-interface'] as const).map((ResourceType) => ({ ResourceType, Tags: tags })),
  };
}

function encodeUserData(launch: NodeLaunch): string {
  const bytes = Buffer.from(launch.userData.reveal());
  if (bytes.length > userDataLimit) throw new UserError(`the cloud-config of ${launch.name} has ${bytes.length} bytes, EC2 takes ${userDataLimit}: shorten the flavor's init`, { field: 'init' });
  return bytes.toString('base64');
}
