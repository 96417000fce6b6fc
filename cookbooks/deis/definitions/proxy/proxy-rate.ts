import { UserError } from '../../../../base/errors.js';
import type { ProxySettings } from '../../../proxy-settings.js';

/** How many requests of one client a site takes, as nginx is told. */
export interface SiteRate {
  /** `20r/s` */
  readonly rate: string;
  readonly burst: number;
  /** Seconds after which a refused client may try again. */
  readonly retryAfter: number;
}

/** null: as many as they like. @throws UserError for settings that would be configuration */
export function rateOf({ rateLimit, rateBurst }: ProxySettings): SiteRate | null {
  if (rateLimit === undefined) return null;
  const [, digits, unit] = /^([1-9]\d{0,5})\/([sm])$/.exec(rateLimit) ?? [];
  const perSecond = Number(digits) / (unit === 'm' ? 60 : 1);
  const burst = rateBurst ?? Math.max(1, Math.floor(perSecond));
  if (unit === undefined || !Number.isSafeInteger(burst) || burst < 0)
    throw new UserError('the rate limit of the proxy is not valid: expected e.g. 20/s', {
      field: 'rateLimit',
    });
  return { rate: `${digits}r/${unit}`, burst, retryAfter: Math.max(1, Math.ceil(1 / perSecond)) };
}
