import { X509Certificate } from 'node:crypto';
import { Gauge, type Registry } from 'prom-client';

/** What the API of this process shows. */
export interface SeenCertificate {
  /** PEM, leaf first; undefined where it speaks plain HTTP. */
  readonly chain: Buffer | undefined;
  /** Orders of the next one that came to nothing, in a row. */
  readonly failures: number;
}

/** The certificate of the API of this process, looked at when the page is asked for. */
export function certificateMetrics(registry: Registry, look: () => SeenCertificate): void {
  const registers = [registry];
  // The first of them looks for all: they are asked in this order.
  new Gauge({
    name: 'deis_api_certificate_expiry_timestamp_seconds',
    help: 'When the certificate expires that the API of this process shows.',
    registers,
    collect() {
      const seen = look();
      for (const gauge of [this, selfSigned, failures]) gauge.remove();
      if (seen.chain === undefined) return;
      const leaf = new X509Certificate(seen.chain);
      this.set(new Date(leaf.validTo).getTime() / 1000);
      selfSigned.set(leaf.checkIssued(leaf) ? 1 : 0);
      failures.set(seen.failures);
    },
  });
  const selfSigned = new Gauge({
    name: 'deis_api_certificate_self_signed',
    help: 'Whether the certificate that the API of this process shows is signed by itself.',
    registers,
  });
  const failures = new Gauge({
    name: 'deis_api_certificate_failures',
    help: 'How often in a row the order of the next certificate of the API has come to nothing.',
    registers,
  });
}
