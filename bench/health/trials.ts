import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { connect } from 'node:tls';
import { execa } from 'execa';
import { waitUntil } from '../../base/wait-until.js';
import {
  parseProxyStatus,
  proxyEndpoint,
  type BackendHealth,
} from '../../cookbooks/deis/definitions/proxy/proxy-endpoint.js';
import { insideNode } from '../../test/support/nodes/inside-node.js';
import { makeCertificate } from '../../test/support/server/make-certificate.js';
import type { LiveFormation } from '../live-formation.js';

/** Name that the clients ask for: the formation has it as a domain. */
export const host = 'bench.example.com';

/** A change of one kind, made again and again. */
export interface Trial {
  readonly name: string;
  /** Seconds that 95 of 100 tries may take. */
  readonly atMost: number;
  readonly note: string;
  /** Makes the change, resolves to the seconds until every proxy served the new state, and takes it back. */
  readonly run: (formation: LiveFormation, round: number) => Promise<number>;
}

export const trials: readonly Trial[] = [
  {
    name: 'crash of a container',
    atMost: 3,
    note: 'killed, and not started again; until each proxy passes over it',
    run: (formation) =>
      onContainer(formation, 'down', {
        change: 'docker update --restart=no "$1"; docker kill --signal=KILL "$1"',
        back: 'docker update --restart=unless-stopped "$1"; docker start "$1"',
      }),
  },
  {
    name: 'hang of a container',
    atMost: 10,
    note: 'frozen, its port open; under 20 requests a second at each proxy',
    run: (formation) =>
      onContainer(formation, 'silent', { change: 'docker pause "$1"', back: 'docker unpause "$1"' }),
  },
  {
    name: "death of a container's node",
    atMost: 10,
    note: 'power off, nobody told the controller',
    run: loseNode,
  },
  { name: 'domains:add', atMost: 5, note: 'from the start of the command', run: addDomain },
  { name: 'certs:add', atMost: 5, note: 'from the start of the command', run: addCert },
];

interface Served {
  readonly cloudId: string;
  readonly backend: string;
}

/** Containers that serve and where, one for each runtime node. */
async function served({ developer, nodes }: LiveFormation): Promise<Served[]> {
  const rows = await developer.json<{ node: string; port: number; state: string }[]>(['ps']);
  return nodes.flatMap(({ id, cloud_id: cloudId, address }) => {
    const row = rows.find(({ node, state }) => node === id && state === 'serving');
    return row === undefined ? [] : [{ cloudId, backend: `${address}:${row.port}` }];
  });
}

async function onContainer(
  formation: LiveFormation,
  state: BackendHealth,
  { change, back }: { readonly change: string; readonly back: string },
): Promise<number> {
  const [{ cloudId, backend }] = (await served(formation)) as [Served];
  const port = backend.split(':')[1]!;
  const script = (act: string): string =>
    `set -e; set -- $(docker ps -aq --filter name=-${port}\\$); { ${act}; } >/dev/null`;
  try {
    return await secondsUntil(
      () => insideNode(cloudId, script(change)),
      () => everyProxySays(formation, backend, state),
    );
  } finally {
    await insideNode(cloudId, script(back));
    await until(`${backend} to be well again`, () => everyProxySays(formation, backend, 'up'));
  }
}

async function loseNode(formation: LiveFormation): Promise<number> {
  const [{ cloudId, backend }] = (await served(formation)) as [Served];
  try {
    return await secondsUntil(
      () => execa('docker', ['kill', cloudId]),
      () => everyProxySays(formation, backend, 'down'),
    );
  } finally {
    await execa('docker', ['start', cloudId]);
    await until(`${backend} to be well again`, () => everyProxySays(formation, backend, 'up'));
  }
}

async function addDomain({ developer, urls }: LiveFormation, round: number): Promise<number> {
  const name = `domain-${round}.example.com`;
  try {
    return await secondsUntil(
      () => developer.deis(['domains:add', name]),
      async () => (await Promise.all(urls.map((url) => statusOf(url, name)))).every((code) => code === 200),
    );
  } finally {
    await developer.deis(['domains:remove', name]);
  }
}

async function addCert({ developer, urls }: LiveFormation, round: number): Promise<number> {
  const { certificate, key } = makeCertificate([host]);
  const { fingerprint256 } = new X509Certificate(certificate);
  const [crt, pem] = [`${developer.home}/${round}.crt`, `${developer.home}/${round}.key`];
  writeFileSync(crt, certificate);
  writeFileSync(pem, key);
  try {
    return await secondsUntil(
      () => developer.deis(['certs:add', crt, pem, '--id=main']),
      async () =>
        (await Promise.all(urls.map((url) => fingerprintOf(url)))).every((each) => each === fingerprint256),
    );
  } finally {
    await developer.deis(['certs:remove', 'main']);
  }
}

/** From the start of the change until it is seen, however long the command goes on. */
async function secondsUntil(change: () => Promise<unknown>, isSeen: () => Promise<boolean>): Promise<number> {
  const began = performance.now();
  const stop = new AbortController();
  const seen = until('every proxy to serve the new state', isSeen, stop.signal).then(
    () => (performance.now() - began) / 1000,
  );
  seen.catch(() => undefined);
  try {
    await change();
  } catch (error) {
    stop.abort();
    throw error;
  }
  return seen;
}

async function until(what: string, holds: () => Promise<boolean>, signal?: AbortSignal): Promise<void> {
  await waitUntil(async () => (await holds()) || undefined, {
    deadlineMs: 120_000,
    intervalMs: 20,
    what,
    signal,
  });
}

async function everyProxySays(
  { nodes }: LiveFormation,
  backend: string,
  state: BackendHealth,
): Promise<boolean> {
  const said = await Promise.all(
    nodes
      .filter(({ layer }) => layer === 'proxy')
      .map(({ cloud_id }) => insideNode(cloud_id, `curl -s --max-time 2 ${proxyEndpoint}`)),
  );
  return said.every((text) => parseProxyStatus(text).health.get(backend) === state);
}

/** 0 when it does not answer. */
function statusOf(url: string, name: string): Promise<number> {
  return new Promise((resolve) => {
    const request = get(url, { headers: { host: name }, agent: false, timeout: 1000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(0));
  });
}

/** Undefined when it serves none. */
function fingerprintOf(url: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({
      host: new URL(url).hostname,
      port: 443,
      servername: host,
      rejectUnauthorized: false,
      timeout: 1000,
    });
    const end = (seen?: string): void => {
      socket.destroy();
      resolve(seen);
    };
    socket.on('secureConnect', () => end(socket.getPeerX509Certificate()?.fingerprint256));
    socket.on('timeout', () => end());
    socket.on('error', () => end());
  });
}
