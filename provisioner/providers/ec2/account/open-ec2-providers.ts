import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { parseEc2Credentials } from './ec2-credentials.js';
import { parseEc2Place } from '../ec2-params.js';
import { Ec2Provider, type Ec2ProviderOptions } from '../ec2-provider.js';

type Surroundings = Omit<Ec2ProviderOptions, 'account' | 'region'>;

/** Where credentials are checked that are for any region. */
const anyRegion = 'us-east-1';
/** Connections that are kept; beyond them the one that was asked for the longest ago is made again. */
const maxOpened = 100;

/**
 * Connects to EC2 with a user's credentials, in the region that they or a flavor's params name. The same
 * credentials and region give the same object, because AWS counts calls per account and region, as long as
 * fewer than 100 others are in use.
 * @throws UserError for credentials and a region that cannot be; nothing is kept of them
 */
export function openEc2Providers(
  surroundings: Surroundings,
): (creds: Readonly<Record<string, unknown>>, params?: Readonly<Record<string, unknown>>) => Ec2Provider {
  const opened = new LRUCache<string, Ec2Provider>({ max: maxOpened });
  return (creds, params = {}) => {
    const account = parseEc2Credentials(creds);
    const wanted = parseEc2Place(params);
    const region = account.region ?? wanted ?? anyRegion;
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
