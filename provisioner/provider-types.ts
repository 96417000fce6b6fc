import { dockerParamsExample } from './providers/docker/docker-params.js';
import { ec2CredsExample } from './providers/ec2/account/ec2-credentials.js';
import { ec2ParamsExample } from './providers/ec2/ec2-params.js';
import { mockParamsExample } from './providers/mock/mock-params.js';
import { staticParamsExample } from './providers/static/static-provider.js';

/** A flavor that new users get. */
export interface SeedFlavor {
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** What there is to know of a provider type before there are credentials. */
export interface ProviderType {
  readonly type: string;
  /** One sentence. */
  readonly summary: string;
  /**
   * Annotated YAML of a flavor's params and of a provider's credentials; the latter empty where it takes
   * none.
   */
  readonly paramsExample: string;
  readonly credsExample: string;
  /**
   * Flavors that every new user gets, with a provider named like the type; admins alone, where nodes give
   * root on the controller's host.
   */
  readonly seeds: readonly SeedFlavor[];
}

/** Regions that the flavors of 2013 were for. */
const regions = [
  'us-east-1',
  'us-west-1',
  'us-west-2',
  'eu-west-1',
  'ap-northeast-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'sa-east-1',
];

/** Every provider type, in the order in which people read them. */
export const providerTypes: readonly ProviderType[] = [
  {
    type: 'docker',
    summary: "VM-like nodes on the Docker engine of the controller's host: its owner has root there.",
    paramsExample: dockerParamsExample,
    credsExample: '',
    seeds: [{ name: 'docker', params: {} }],
  },
  {
    type: 'ec2',
    summary: 'Instances of Amazon EC2.',
    paramsExample: ec2ParamsExample,
    credsExample: ec2CredsExample,
    seeds: regions.map((region) => ({
      name: `ec2-${region}`,
      params: { region, instance_type: 't3.small', image: 'debian-12' },
    })),
  },
  {
    type: 'static',
    summary: 'Hosts that exist already, reached by SSH.',
    paramsExample: staticParamsExample,
    credsExample: '',
    seeds: [],
  },
  {
    type: 'mock',
    summary: 'No machines at all: formations on paper, for trying out the API.',
    paramsExample: mockParamsExample,
    credsExample: '',
    seeds: [{ name: 'mock', params: {} }],
  },
];
