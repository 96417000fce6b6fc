import type { Image } from '@aws-sdk/client-ec2';
import { UserError } from '../../../../base/errors.js';
import type { Ec2Api } from '../account/ec2-api.js';
import { isAwsError } from '../account/ec2-errors.js';
import type { Architecture, Ec2Params } from '../ec2-params.js';
import { callOf } from '../account/noted-calls.js';
import { imageAliases, type ImageAlias } from './image-aliases.js';

export interface ResolvedImage {
  readonly imageId: string;
  /** `/dev/xvda`: the mapping that sizes and encrypts the root volume must name it. */
  readonly rootDevice: string;
  /** For people. */
  readonly name?: string | undefined;
  /** The account that publishes it. */
  readonly owner?: string | undefined;
}

/** `ami-0123 (debian-12-amd64-20260101, of 136693071363)` */
export function describeImage({ imageId, name, owner }: ResolvedImage): string {
  const more = [name, owner === undefined ? undefined : `of ${owner}`].filter((each) => each !== undefined);
  return more.length === 0 ? imageId : `${imageId} (${more.join(', ')})`;
}

const unreadable = [
  'AccessDeniedException',
  'ParameterNotFound',
  'UnrecognizedClientException',
  'ParameterVersionNotFound',
];

/**
 * The image that a flavor means today. @throws UserError when there is none, it is of another architecture,
 * or not by whom the alias says
 */
export async function resolveImage(
  api: Ec2Api,
  params: Ec2Params,
  signal: AbortSignal,
): Promise<ResolvedImage> {
  const alias = imageAliases[params.image];
  const image =
    alias === undefined
      ? await namedImage(api, params, signal)
      : await aliasedImage(api, alias, params.architecture, signal);
  if (image?.ImageId === undefined) throw wrong(params, `${api.region} offers no such image: name an AMI id`);
  if (alias !== undefined && image.OwnerId !== alias.owner)
    throw wrong(
      params,
      `${image.ImageId} is of account ${image.OwnerId}, not of ${alias.owner}, which publishes it`,
    );
  const architecture = image.Architecture === 'arm64' ? 'arm64' : 'amd64';
  if (architecture !== params.architecture)
    throw wrong(
      params,
      `${image.ImageId} is for ${architecture} processors, ` +
        `the flavor's instance type has ${params.architecture}`,
    );
  if (image.State !== undefined && image.State !== 'available')
    throw wrong(params, `${image.ImageId} is ${image.State}`);
  return {
    imageId: image.ImageId,
    rootDevice: image.RootDeviceName ?? '/dev/xvda',
    name: image.Name,
    owner: image.OwnerId,
  };
}

async function namedImage(api: Ec2Api, params: Ec2Params, signal: AbortSignal): Promise<Image | undefined> {
  if (!params.image.startsWith('ssm:')) return imageById(api, params.image, signal);
  const name = params.image.slice('ssm:'.length);
  try {
    return await imageById(api, await readParameter(api, name, signal), signal);
  } catch (error) {
    if (isAwsError(error, ...unreadable))
      throw wrong(
        params,
        `the SSM parameter cannot be read: ${(error as Error).message || (error as Error).name}`,
      );
    throw error;
  }
}

/** By the public SSM parameter, else by owner and name: the newest. */
async function aliasedImage(
  api: Ec2Api,
  alias: ImageAlias,
  architecture: Architecture,
  signal: AbortSignal,
): Promise<Image | undefined> {
  try {
    return await imageById(api, await readParameter(api, alias.parameter(architecture), signal), signal);
  } catch (error) {
    // Whatever is wrong with SSM (a right, its endpoint, its pace), EC2 can be asked for the image.
    signal.throwIfAborted();
    if (error instanceof UserError || callOf(error)?.name !== 'GetParameter') throw error;
  }
  const Filters = [
    { Name: 'name', Values: [alias.names(architecture)] },
    { Name: 'state', Values: ['available'] },
  ];
  const { Images = [] } = await api.client.send(
    new api.sdk.DescribeImagesCommand({ Owners: [alias.owner], Filters }),
    { abortSignal: signal },
  );
  return Images.sort((a, b) => (b.CreationDate ?? '').localeCompare(a.CreationDate ?? ''))[0];
}

async function readParameter(api: Ec2Api, Name: string, signal: AbortSignal): Promise<string> {
  const { sdk, client } = await api.ssm();
  return (
    (await client.send(new sdk.GetParameterCommand({ Name }), { abortSignal: signal })).Parameter?.Value ?? ''
  );
}

async function imageById(api: Ec2Api, id: string, signal: AbortSignal): Promise<Image | undefined> {
  try {
    return (
      await api.client.send(new api.sdk.DescribeImagesCommand({ ImageIds: [id] }), { abortSignal: signal })
    ).Images?.[0];
  } catch (error) {
    if (isAwsError(error, 'InvalidAMIID.NotFound', 'InvalidAMIID.Malformed', 'InvalidAMIID.Unavailable'))
      return undefined;
    throw error;
  }
}

function wrong(params: Ec2Params, why: string): UserError {
  return new UserError(`params.image is "${params.image}": ${why}`, { field: 'params.image' });
}
