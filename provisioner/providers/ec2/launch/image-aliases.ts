/**
 * Official images by a short name. Owners: wiki.debian.org/Cloud/AmazonEC2Image and
 * documentation.ubuntu.com/aws.
 */
export interface ImageAlias {
  /** AWS account that publishes them: an image of another account is never taken. */
  readonly owner: string;
  /** Public SSM parameter that holds the newest image's id. */
  readonly parameter: (architecture: 'amd64' | 'arm64') => string;
  /** Name pattern for DescribeImages, where the parameter cannot be read. */
  readonly names: (architecture: 'amd64' | 'arm64') => string;
}

const debian = (release: string): ImageAlias => ({
  owner: '136693071363',
  parameter: (architecture) => `/aws/service/debian/release/${release}/latest/${architecture}`,
  names: (architecture) => `debian-${release}-${architecture}-*`,
});

const ubuntu = (release: string): ImageAlias => ({
  owner: '099720109477',
  parameter: (architecture) =>
    `/aws/service/canonical/ubuntu/server/${release}/stable/current/${architecture}/hvm/ebs-gp3/ami-id`,
  names: (architecture) => `ubuntu/images/hvm-ssd-gp3/ubuntu-*-${release}-${architecture}-server-*`,
});

/** What a flavor's `image` may name. */
export const imageAliases: Readonly<Record<string, ImageAlias>> = {
  'debian-12': debian('12'),
  'debian-13': debian('13'),
  'ubuntu-24.04': ubuntu('24.04'),
};
