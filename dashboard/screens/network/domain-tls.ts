import type { AutoCertificates, Certificate, Domain } from '../../api/types.js';

/** How far TLS is for a domain, in a word, and what is wrong. */
export interface DomainTls {
  readonly domain: string;
  readonly state: AutoCertificates['names'][number]['state'] | 'signed by itself' | 'without TLS';
  /** Id of the certificate that is good for it. */
  readonly certificate: string | null;
  readonly problem: string | null;
}

/** Each domain with what the controller says of its certificate, or with the one that there is for it. */
export function domainsWithTls(
  domains: readonly Domain[],
  certs: readonly Certificate[],
  auto: AutoCertificates,
): DomainTls[] {
  return domains.map(({ domain }) => {
    const ordered = auto.names.find(({ name }) => name === domain);
    if (ordered !== undefined) return { domain, ...pick(ordered) };
    const good = certs.find(({ domains: names }) => names.some((name) => isGoodFor(name, domain)));
    return {
      domain,
      state: good === undefined ? 'without TLS' : good.source === 'generated' ? 'signed by itself' : 'yours',
      certificate: good?.id ?? null,
      problem: null,
    };
  });
}

function pick({ state, certificate, problem }: AutoCertificates['names'][number]) {
  return { state, certificate, problem };
}

/** Whether a name of a certificate is good for a domain: a star stands for one label. */
function isGoodFor(name: string, domain: string): boolean {
  if (name === domain) return true;
  return name.startsWith('*.') && domain.slice(domain.indexOf('.')) === name.slice(1);
}

const dayMs = 86_400_000;

/** How soon a certificate ends: `bad` within a week, `busy` within three. */
export function endMood(expiresAt: string, now: number): 'good' | 'busy' | 'bad' {
  const days = (Date.parse(expiresAt) - now) / dayMs;
  if (days < 7) return 'bad';
  return days < 21 ? 'busy' : 'good';
}
