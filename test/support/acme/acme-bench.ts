import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { addDomain } from '../../../server/formation/proxies/domains.js';
import { enableAutoCerts } from '../../../server/formation/proxies/auto-certs.js';
import { lookAfterDue } from '../../../server/acme/look-after-due.js';
import type { AcmeParts } from '../../../server/acme/acme-parts.js';
import {
  preflightNetwork,
  type CaaRecord,
  type HostAnswer,
  type PreflightNetwork,
} from '../../../server/acme/preflight/preflight-network.js';
import type { PebbleServer } from '../pebble/pebble-server.js';
import { AcmeClient } from '../../../server/acme/protocol/acme-client.js';
import { AcmeHttp } from '../../../server/acme/protocol/acme-http.js';
import type { FormationParts } from '../../../server/formation/context/formation-parts.js';
import type { AutoCertOrder } from '../../../server/store/app/certificates/auto-cert-store.js';
import type { CertRecord } from '../../../server/store/app/certificates/cert-store.js';
import type { NodeRecord } from '../../../server/store/infrastructure/node-store.js';
import { FormationHarness } from '../server/formation-harness.js';
import { AcmeServer } from './acme-server.js';

/** A formation with two proxies, a DNS and a CA, all by one clock that the test sets. */
export class AcmeBench {
  /** Name -> addresses. */
  readonly dns = new Map<string, readonly string[]>();
  readonly caa = new Map<string, readonly CaaRecord[]>();
  /** Addresses where something else answers: a CDN, another host. */
  readonly strangers = new Map<string, Exclude<HostAnswer, 'refused'>>();
  /** Names for which the DNS does not answer. */
  readonly silent = new Set<string>();
  readonly log: string[] = [];
  private readonly servers: Server[] = [];
  readonly parts: AcmeParts;
  readonly formation: FormationParts;

  private constructor(
    readonly h: FormationHarness,
    readonly ca: AcmeServer,
    readonly http: AcmeHttp,
    /** Addresses of the proxies. */
    readonly proxies: readonly string[],
    private readonly directory: string,
    maxNames: number,
    private readonly network?: PreflightNetwork,
  ) {
    const acme = { directory, agreed: true };
    this.formation = { ...h.parts, settings: { ...h.parts.settings, acme } };
    this.parts = this.controller(maxNames);
  }

  static async start({ maxNames = 100 }: { readonly maxNames?: number } = {}): Promise<AcmeBench> {
    const h = await withProxies();
    const proxies = (await proxyNodes(h)).map(({ address }) => address!);
    const now = (): Date => h.now;
    const bench: { it?: AcmeBench } = {};
    const ca = await AcmeServer.start(now, async (name, path) => {
      const [address = ''] = bench.it!.dns.get(name) ?? [];
      return (await bench.it!.ask(address, name, path))?.body ?? 'nothing';
    });
    return (bench.it = new AcmeBench(h, ca, new AcmeHttp(now), proxies, ca.directoryUrl, maxNames));
  }

  /** The same with a CA and a DNS that others wrote; its proxies listen at addresses of this host. */
  static async withPebble(pebble: PebbleServer): Promise<AcmeBench> {
    const h = await withProxies();
    // A CA's certificates are good from its own time on, and tests take a while.
    h.now = new Date(Date.now() + 30_000);
    const proxies = ['127.0.0.2', '127.0.0.3'];
    for (const [index, { id, name }] of (await proxyNodes(h)).entries()) {
      await h.database.database('nodes').where({ id }).update({ address: proxies[index]! });
      h.nodes.machines.get(name)!.address = proxies[index]!;
    }
    const now = (): Date => h.now;
    const ca = await AcmeServer.start(now, () => Promise.reject(new Error('it is not the one')));
    const network = preflightNetwork([pebble.dns], pebble.httpPort);
    const http = new AcmeHttp(now, pebble.ca);
    const bench = new AcmeBench(h, ca, http, proxies, pebble.directoryUrl, 100, network);
    for (const address of proxies) bench.servers.push(await serveProxy(bench, address, pebble.httpPort));
    return bench;
  }

  /** The ordering part of a controller of this database. */
  controller(maxNames = 100): AcmeParts {
    const { http, formation, directory } = this;
    return {
      formation,
      orders: { directory, email: 'ops@example.com', maxNames, pollMs: 5 },
      client: new AcmeClient(http, directory),
      network: this.network ?? {
        addresses: async (name) => {
          if (this.silent.has(name)) throw Object.assign(new Error('servfail'), { code: 'ESERVFAIL' });
          return [...(this.dns.get(name) ?? [])];
        },
        caa: async (name) => [...(this.caa.get(name) ?? [])],
        ask: (address, name, path) => this.ask(address, name, path),
      },
      log: {
        info: (fields, message) => void this.log.push(`${message} ${JSON.stringify(fields)}`),
        warn: (fields, message) => void this.log.push(`${message} ${JSON.stringify(fields)}`),
      },
    };
  }

  /** As nginx answers on port 80 of a proxy, by the databag that it was given last. */
  async ask(address: string, name: string, path: string): Promise<Exclude<HostAnswer, 'refused'>> {
    const stranger = this.strangers.get(address);
    if (stranger !== undefined) return stranger;
    const [node] = [...this.h.nodes.machines].find(([, machine]) => machine.address === address) ?? [];
    const proxy = this.h.nodes.calls.findLast((call) => call.node === node)?.databag.proxy;
    if (proxy === undefined || !proxy.domains.includes(name)) return { status: 404, body: '' };
    const token = path.split('/').at(-1) ?? '';
    if (proxy.acmeThumbprint === undefined) return { status: 404, body: '' };
    return { status: 200, body: `${token}.${proxy.acmeThumbprint}` };
  }

  async enable(): Promise<void> {
    const operation = await this.h.end(
      (await enableAutoCerts(this.formation, this.h.user, this.h.formation)).id,
    );
    assert.equal(operation.state, 'succeeded');
  }

  /** Adds a domain whose DNS points at the first proxy, unless told otherwise. */
  async domain(name: string, addresses: readonly string[] = [this.proxies[0]!]): Promise<void> {
    this.dns.set(name, addresses);
    await this.h.end((await addDomain(this.formation, this.h.user, this.h.formation, name)).id);
  }

  /** What the job does once, and all that follows from it. */
  async look(parts: AcmeParts = this.parts, signal = AbortSignal.timeout(60_000)): Promise<void> {
    await lookAfterDue(parts, signal);
    await this.h.drain();
  }

  /** Lets time pass as the job sees it: it looks whenever something is due. Resolves to how often it looked. */
  async pass(ms: number): Promise<number> {
    const end = new Date(this.h.now.getTime() + ms);
    let looks = 0;
    for (;;) {
      const auto = await this.h.stores.autoCerts.byFormation(this.h.formation.id);
      if (auto === undefined || auto.lookAt > end) break;
      const due = auto.lookAt;
      if (due > this.h.now) this.h.now = due;
      await this.look();
      assert.ok(++looks < 20_000, 'it looks all the time');
    }
    this.h.now = end;
    return looks;
  }

  async certs(): Promise<CertRecord[]> {
    return this.h.stores.certs.ofFormation(this.h.formation.id);
  }

  async orders(): Promise<AutoCertOrder[]> {
    return this.h.stores.autoCerts.orders(this.h.formation.id);
  }

  /** Name -> sentence. */
  async problems(): Promise<Record<string, string>> {
    const auto = await this.h.stores.autoCerts.byFormation(this.h.formation.id);
    return Object.fromEntries(
      Object.entries(auto?.problems ?? {}).map(([name, { problem }]) => [name, problem]),
    );
  }

  /** Node -> fingerprint-less list of the certificates that each proxy was told to serve last. */
  served(): Record<string, string[]> {
    const told = new Map<string, string[]>();
    for (const { node, databag } of this.h.nodes.calls)
      if (node.includes('proxy'))
        told.set(
          node,
          databag.proxy.certs.map(({ name, domains }) => `${name}: ${domains.join(' ')}`),
        );
    return Object.fromEntries([...told].sort());
  }

  async close(): Promise<void> {
    for (const server of this.servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    await this.http.close();
    await this.ca.close();
    await this.h.close();
  }
}

async function withProxies(): Promise<FormationHarness> {
  const h = await FormationHarness.create();
  await h.scaleLayers({ runtime: 1, proxy: 2 });
  await h.push();
  return h;
}

async function proxyNodes(h: FormationHarness): Promise<NodeRecord[]> {
  return (await h.snapshot()).nodes.filter(({ name }) => name.includes('proxy'));
}

/** Port 80 of a proxy, at another port. */
async function serveProxy(bench: AcmeBench, address: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const name = (request.headers.host ?? '').replace(/:\d+$/, '');
    void bench.ask(address, name, request.url ?? '').then((answer) => {
      response.statusCode = answer?.status ?? 500;
      response.end(answer?.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  return server;
}
