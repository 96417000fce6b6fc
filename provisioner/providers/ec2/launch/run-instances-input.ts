import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { BlockDeviceMapping, RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { UserError } from '../../../../base/errors.js';
import type { NodeLaunch } from '../../../provider.js';
import type { Ec2Params } from '../ec2-params.js';
import { nodeTags } from './ec2-tags.js';
import type { Ec2Intent } from './launch-intent.js';

/**
 * Bytes of user-data that RunInstances accepts, before base64 (EC2 User Guide, "Run commands on your Linux
 * instance at launch").
 */
const userDataLimit = 16_384;

export interface LaunchPlacement {
  /** Instance id of the controller. */
  readonly instance: string;
  readonly groupIds: readonly string[];
  readonly params: Ec2Params;
}

/**
 * One instance for one node; the client token makes a repeated call return the first call's instance. @throws
 * UserError when user-data is too large.
 */
export function runInstancesInput(
  launch: NodeLaunch,
  intent: Ec2Intent,
  { instance, groupIds, params }: LaunchPlacement,
): RunInstancesCommandInput {
  const Tags = nodeTags(instance, launch, launch);
  const profile = params.instance_profile;
  return {
    ClientToken: clientToken(instance, launch, intent),
    ImageId: intent.image,
    InstanceType: intent.type as NonNullable<RunInstancesCommandInput['InstanceType']>,
    MinCount: 1,
    MaxCount: 1,
    UserData: encodeUserData(launch),
    MetadataOptions: { HttpEndpoint: 'enabled', HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
    BlockDeviceMappings: [rootVolume(intent, params)],
    NetworkInterfaces: [
      {
        DeviceIndex: 0,
        DeleteOnTermination: true,
        Groups: [...groupIds],
        SubnetId: intent.subnet,
        AssociatePublicIpAddress: params.address === 'public',
      },
    ],
    TagSpecifications: (['instance', 'volume', 'network-interface'] as const).map((ResourceType) => ({
      ResourceType,
      Tags,
    })),
    ...(profile === undefined
      ? {}
      : { IamInstanceProfile: profile.startsWith('arn:') ? { Arn: profile } : { Name: profile } }),
  };
}

/** Encrypted, and gone with its instance. */
function rootVolume(intent: Ec2Intent, params: Ec2Params): BlockDeviceMapping {
  return {
    DeviceName: intent.rootDevice,
    Ebs: { VolumeType: 'gp3', VolumeSize: params.volume_size, Encrypted: true, DeleteOnTermination: true },
  };
}

/** At most 64 ASCII characters: one of its own for each attempt, zone and type, the same after a restart. */
export function clientToken(
  instance: string,
  launch: Pick<NodeLaunch, 'uuid' | 'formation'>,
  intent: Ec2Intent,
): string {
  return createHash('sha256')
    .update([instance, launch.formation, launch.uuid, intent.attempt, intent.zone, intent.type].join(' '))
    .digest('hex');
}

/** Base64; compressed when it would be too large otherwise, which cloud-init recognises. */
function encodeUserData(launch: NodeLaunch): string {
  const bytes = Buffer.from(launch.userData.reveal());
  const sent = bytes.length > userDataLimit ? gzipSync(bytes, { level: 9 }) : bytes;
  if (sent.length > userDataLimit)
    throw new UserError(
      `the cloud-config of ${launch.name} has ${bytes.length} bytes, ${sent.length} compressed; EC2 ` +
        `takes ${userDataLimit}: shorten the flavor's init`,
      { field: 'init' },
    );
  return sent.toString('base64');
}
