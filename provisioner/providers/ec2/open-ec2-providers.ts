import { createHash } from 'node:crypto';
import { parseEc2Credentials } from './ec2-credentials.js';
import { Ec2Provider, type Ec2ProviderOptions } from './ec2-provider.js';

type Surroundings = Omit<Ec2ProviderOptions, 'account' | 'region'>;

/** Where credentials are checked that are for any region. */
const anyRegion = 'us-east-1';

/**
 * Connects to EC2 with a user's credentials, in the region that they or a flavor's params name. The same
 * credentials and region give the same object, because AWS counts calls per account and region.
 */
export function openEc2Providers(
  surroundings: Surroundings,
): (creds: Readonly<Record<string, unknown>>, params?: Readonly<Record<string, unknown>>) => Ec2Provider {
  const opened = new Map<string, Ec2Provider>();
  return (creds, params = {}) => {
    const account = parseEc2Credentials(creds);
    const wanted = params['region'];
    const region = account.region ?? (typeof wanted === 'string' ? wanted : anyRegion);
    const key = createHash('sha256')
      .update(
        JSON.stringify([
          region,
          account.source,
          account.region,
          account.account,
          account.keys?.accessKeyId,
          account.keys?.secretAccessKey.reveal(),
        ]),
      )
      .digest('hex');
    const provider = opened.get(key) ?? new Ec2Provider({ ...surroundings, account, region });
    opened.set(key, provider);
    return provider;
  };
}
