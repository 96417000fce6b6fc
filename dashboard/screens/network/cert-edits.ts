import type { GeneratedCert, NewCertificate } from '../../api/types.js';

/** What is typed of a certificate that signs itself; empty: as by default. */
export interface TypedCert {
  /** With spaces, commas or lines between; empty: those of the app. */
  readonly domains: string;
  readonly days: string;
  readonly id: string;
}

export const newCert: TypedCert = { domains: '', days: '', id: '' };

/** As the API takes it. */
export function generatedCert({ domains, days, id }: TypedCert): GeneratedCert {
  const names = domains.split(/[\s,]+/).filter((name) => name !== '');
  return {
    ...(id.trim() === '' ? {} : { id: id.trim() }),
    ...(names.length === 0 ? {} : { domains: names }),
    ...(days.trim() === '' ? {} : { days: Number(days) }),
  };
}

/** What is typed of a certificate of one's own. */
export interface TypedPair {
  /** Empty: by its first domain. */
  readonly id: string;
  /** PEM, as the key. */
  readonly certificate: string;
  readonly key: string;
}

export const newPair: TypedPair = { id: '', certificate: '', key: '' };

/** As the API takes it. */
export function sentPair({ id, certificate, key }: TypedPair): NewCertificate {
  return { certificate, key, ...(id.trim() === '' ? {} : { id: id.trim() }) };
}
