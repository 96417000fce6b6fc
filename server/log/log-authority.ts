import 'reflect-metadata'; // which @peculiar/x509 wants
import { createHmac, createPrivateKey, createPublicKey, hkdfSync, randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { Secret } from '../../base/secret.js';
import { logPeers } from '../../cookbooks/deis/definitions/log-sender.js';
import type { InstanceFactStore } from '../store/instance-fact-store.js';

/** What an end of the connection between nodes and the log server shows; PEM. */
export interface LogCertificate {
  readonly certificate: string;
  readonly key: Secret;
}

const algorithm = { name: 'Ed25519' };
/** What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410, section 7). */
const keyHeader = Buffer.from('302e020100300506032b657004220420', 'hex');
const dayMs = 86_400_000;
/** A node's certificate lives as long as the node; who is to be trusted no longer gets a new authority. */
const nodeDays = 20 * 365;
const serverDays = 825;
const authorityDays = 30 * 365;
/** Of the authority itself, so that the same secret always means the same certificate. */
const authorityFrom = new Date('2026-01-01T00:00:00Z');
const authorityName = 'CN=Deis Classic log authority';

/**
 * The authority that certifies the log server and the nodes that send to it. All that it gives follows from
 * one sealed secret of this instance: the same node always has the same certificate, so that nothing has to
 * be stored and no converge finds a change.
 */
export class LogAuthority {
  private constructor(
    private readonly secret: Secret,
    private readonly authority: { readonly keys: CryptoKeyPair; readonly certificate: x509.X509Certificate },
  ) {}

  /** The instance's authority; its secret is made once, and kept with the instance's facts. */
  static async open(facts: InstanceFactStore): Promise<LogAuthority> {
    return LogAuthority.of(
      await facts.getOrCreate('log-authority', () => new Secret(randomBytes(32).toString('hex'))),
    );
  }

  /** The authority that follows from a secret. */
  static async of(secret: Secret): Promise<LogAuthority> {
    const keys = await keyPair(derived(secret, 'authority'));
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial(secret, 'authority'),
      subject: authorityName,
      issuer: authorityName,
      ...validity(authorityFrom, authorityDays),
      publicKey: keys.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      ],
    });
    return new LogAuthority(secret, { keys, certificate });
  }

  /** Its own certificate, PEM: what both ends trust. */
  get certificate(): string {
    return pem(this.authority.certificate);
  }

  /** What the log server shows; a new one each time, good from `now` on. */
  async ofServer(now: Date): Promise<LogCertificate> {
    return this.#issue(randomBytes(32).toString('hex'), {
      names: ['log server', logPeers.server],
      valid: validity(now, serverDays),
    });
  }

  /** What one node shows, from the first to the last day. */
  async ofNode(node: { readonly id: string; readonly createdAt: Date }): Promise<LogCertificate> {
    return this.#issue(`node ${node.id}`, {
      names: [`node ${node.id}`, logPeers.node],
      valid: validity(node.createdAt, nodeDays),
    });
  }

  /**
   * Names a formation to the log server, 32 hexadecimal digits: its nodes alone know it, and lines that name
   * another one they cannot send.
   */
  formationKey(formationId: number): string {
    return createHmac('sha256', this.secret.reveal())
      .update(`formation ${formationId}`)
      .digest('hex')
      .slice(0, 32);
  }

  async #issue(
    of: string,
    {
      names: [commonName, dnsName],
      valid,
    }: { readonly names: readonly [string, string]; readonly valid: ReturnType<typeof validity> },
  ): Promise<LogCertificate> {
    const seed = derived(this.secret, of);
    const { publicKey } = await keyPair(seed);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial(this.secret, of),
      subject: `CN=${commonName}`,
      issuer: authorityName,
      ...valid,
      publicKey,
      signingKey: this.authority.keys.privateKey,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([
          x509.ExtendedKeyUsage.clientAuth,
          x509.ExtendedKeyUsage.serverAuth,
        ]),
        new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: dnsName }]),
      ],
    });
    const key = privateKey(seed).export({ type: 'pkcs8', format: 'pem' }).toString();
    return { certificate: pem(certificate), key: new Secret(key) };
  }
}

type CryptoKeyPair = webcrypto.CryptoKeyPair;

function derived(secret: Secret, of: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret.reveal(), 'deis log certificates', of, 32));
}

/** Positive, and never the same for two. */
function serial(secret: Secret, of: string): string {
  return `1${createHmac('sha256', secret.reveal()).update(`serial ${of}`).digest('hex').slice(0, 31)}`;
}

function privateKey(seed: Buffer) {
  return createPrivateKey({ key: Buffer.concat([keyHeader, seed]), format: 'der', type: 'pkcs8' });
}

async function keyPair(seed: Buffer): Promise<CryptoKeyPair> {
  const key = privateKey(seed);
  const [pkcs8, spki] = [
    key.export({ type: 'pkcs8', format: 'der' }),
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
  ];
  const { subtle } = webcrypto;
  return {
    privateKey: await subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']),
    publicKey: await subtle.importKey('spki', spki, algorithm, true, ['verify']),
  };
}

/** From a day before, for clocks that differ; in whole seconds, as certificates have them. */
function validity(from: Date, days: number): { readonly notBefore: Date; readonly notAfter: Date } {
  const second = Math.floor(from.getTime() / 1000) * 1000;
  return { notBefore: new Date(second - dayMs), notAfter: new Date(second + days * dayMs) };
}

function pem(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem').trim()}\n`;
}
