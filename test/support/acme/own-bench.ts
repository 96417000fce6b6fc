import assert from 'node:assert/strict';
import { connect, type TLSSocket } from 'node:tls';
import type { AcmeParts } from '../../../server/acme/acme-parts.js';
import { answerChallenges } from '../../../server/acme/own/answer-challenges.js';
import { lookAfterOwn } from '../../../server/acme/own/look-after-own.js';
import { preflightNetwork } from '../../../server/acme/preflight/preflight-network.js';
import { AcmeClient } from '../../../server/acme/protocol/acme-client.js';
import { AcmeHttp } from '../../../server/acme/protocol/acme-http.js';
import { openAccount } from '../../../server/formation/proxies/auto-certs.js';
import { HttpListener } from '../../../server/listen/http-listener.js';
import { firstPair, watchKeptPair } from '../../../server/own-certificate.js';
import type { ApiCertificateState } from '../../../server/store/app/certificates/api-certificate-store.js';
import type { PebbleServer } from '../pebble/pebble-server.js';
import { createTestDatabase, type TestDatabase } from '../server/database.js';

/** How often controllers look for a newer certificate here. */
const pairLookMs = 20;

/** One controller, as far as the certificate of its API goes. */
export interface OwnController {
  readonly address: string;
  readonly parts: AcmeParts;
  /** Where its API listens. */
  readonly port: number;
}

/** Controllers on one database that order the certificate of their API from a pebble, by a clock that the test sets. */
export class OwnBench {
  static readonly domain = 'deis.example.com';
  readonly log: string[] = [];
  /** A CA's certificates are good from its own time on, and tests take a while. */
  now = new Date(Date.now() + 30_000);
  private readonly ends: (() => Promise<void> | void)[] = [];

  private constructor(
    readonly db: TestDatabase,
    readonly pebble: PebbleServer,
    readonly http: AcmeHttp,
  ) {}

  static async start(pebble: PebbleServer): Promise<OwnBench> {
    const db = await createTestDatabase();
    const bench: OwnBench = new OwnBench(db, pebble, new AcmeHttp(() => bench.now, pebble.ca));
    return bench;
  }

  /** Starts a controller at an address of this host: its port 80, its API, its look for what is kept. */
  async controller(address: string): Promise<OwnController> {
    const { stores } = this.db;
    const account = await openAccount(stores, this.pebble.directoryUrl);
    const challenges = await HttpListener.listen(
      address,
      this.pebble.httpPort,
      answerChallenges(account.thumbprint, `https://${OwnBench.domain}`),
    );
    this.ends.push(() => challenges.close(0));
    const first = await firstPair(stores.apiCertificates, OwnBench.domain, this.now);
    const api = await HttpListener.listen(address, 0, (_request, response) => response.end('hello'), {
      tls: first.pair,
    });
    const watched = { store: stores.apiCertificates, domain: OwnBench.domain, known: first.fingerprint };
    const note = (error: unknown): void => void this.log.push(String(error));
    this.ends.push(
      watchKeptPair(watched, ({ pair }) => api.useCertificate(pair), note, pairLookMs),
      () => api.close(0),
    );
    return { address, parts: this.#parts(), port: api.port };
  }

  #parts(): AcmeParts {
    const now = (): Date => this.now;
    const note = (fields: object, message: string): void =>
      void this.log.push(`${message} ${JSON.stringify(fields)}`);
    const { pebble, http } = this;
    return {
      formation: { stores: this.db.stores, now, newId: () => crypto.randomUUID(), random: Math.random },
      orders: { directory: pebble.directoryUrl, maxNames: 100, pollMs: 5 },
      client: new AcmeClient(http, pebble.directoryUrl),
      network: preflightNetwork([pebble.dns], pebble.httpPort),
      log: { info: note, warn: note },
    };
  }

  /** What the job does once. */
  async look({ parts }: OwnController): Promise<void> {
    await lookAfterOwn(parts, OwnBench.domain, AbortSignal.timeout(60_000));
  }

  pass(ms: number): void {
    this.now = new Date(this.now.getTime() + ms);
  }

  async state(): Promise<ApiCertificateState> {
    const state = await this.db.stores.apiCertificates.state(OwnBench.domain);
    assert.ok(state !== undefined);
    return state;
  }

  /** How many certificates were ordered, by the log of this bench. */
  ordered(): number {
    return this.log.filter((line) => line.startsWith('ordered the certificate')).length;
  }

  async close(): Promise<void> {
    for (const end of this.ends.splice(0).reverse()) await end();
    await this.http.close();
    await this.db.close();
  }
}

/** A connection that stays open. */
export function openTls({ address, port }: Pick<OwnController, 'address' | 'port'>): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const options = { host: address, port, servername: OwnBench.domain, rejectUnauthorized: false };
    const socket: TLSSocket = connect(options, () => resolve(socket)).on('error', reject);
  });
}

/** SHA-256 of the certificate that a connection was shown, as the store writes it. */
export function fingerprintOf(socket: TLSSocket): string {
  return socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase();
}
