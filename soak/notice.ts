import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { LiveFormation } from '../bench/live-formation.js';
import { waitUntil } from '../base/wait-until.js';
import { askAnew } from '../test/support/server/ask-anew.js';
import { insideNode } from '../test/support/nodes/inside-node.js';
import { makeCertificate } from '../test/support/server/make-certificate.js';
import { PollingClient, type PolledAnswer } from '../test/support/server/polling-client.js';
import { closePort, misleadProxy } from './notice/unreached.js';
import type { Soak } from './soak.js';

/**
 * `[REQUESTS]` a second at each of two proxies, default 100: half of them over one kept connection, half over
 * new ones.
 */
export const soak: Soak = {
  about:
    'clients under steady load notice no change of backends: ' +
    '0 failures, kept and new connections counted apart',
  run: ({ args, talk }) => {
    const row = { perSecond: Number(args[0] ?? 100), acts: Object.keys(acts) as ActName[], talk };
    return LiveFormation.during(['node-hello', ['runtime=2', 'proxy=2'], quickDrain], (formation) =>
      noticeNothing({ formation, ...row }),
    );
  },
};

const quickDrain = { DEIS_DRAIN_SECONDS: '1' };

const host = 'bench.example.com';

interface NoticeRow {
  /** With two proxies, nothing pushed yet. */
  readonly formation: LiveFormation;
  /** At each proxy. */
  readonly perSecond: number;
  readonly acts: readonly ActName[];
  readonly talk: (line: string) => void;
}

interface Act {
  /** Name that the clients ask for; the formation has it as a domain meanwhile. */
  readonly host?: string;
  /** May take idle connections away: a reload of nginx does. */
  readonly reloads?: boolean;
  /** The second proxy comes or goes meanwhile: its own clients are looked at by the act. */
  readonly onlyFirstProxy?: boolean;
  readonly work: (formation: LiveFormation, round: number) => Promise<void>;
}

export type ActName = keyof typeof acts;

const acts = {
  push: { work: (formation, round) => formation.pushGreeting(`greeting ${round}`) },
  'config:set': { work: changeConfig },
  rollback: { work: async ({ developer }) => void (await developer.deisHere(['rollback'])) },
  'ps:restart': { work: async ({ developer }) => void (await developer.deisHere(['ps:restart'])) },
  'scale web=4, 1, 4': {
    work: async ({ developer }) => {
      for (const count of [4, 1, 4]) await developer.deisHere(['scale', `web=${count}`]);
    },
  },
  'kill -9 of a backend': { work: killBackend },
  'a release that never gets healthy': { work: pushBroken },
  'a port that is closed to one proxy': { work: closePort },
  'another container behind an address': { work: misleadProxy },
  'layers:scale runtime=3, 2': {
    work: async ({ developer }) => {
      for (const count of [3, 2]) await developer.deisHere(['layers:scale', `runtime=${count}`]);
    },
  },
  ...Object.fromEntries(
    (['prefetch', 'start', 'switch', 'live'] as const).map(
      (step) =>
        [
          `SIGKILL of the controller at ${step}`,
          { work: (formation: LiveFormation, round: number) => killController(formation, step, round) },
        ] as const,
    ),
  ),
  'domains, certs and settings': { reloads: true, host, work: changeDomains },
  'proxy=1, 2': { onlyFirstProxy: true, work: moveProxy },
} satisfies Record<string, Act>;

/** @throws AssertionError at the first act that a client noticed */
export async function noticeNothing(row: NoticeRow): Promise<void> {
  const { formation, perSecond, acts: names, talk } = row;
  await formation.pushGreeting('greeting 0');
  await formation.developer.deisHere(['scale', 'web=3']);
  for (const [round, name] of names.entries()) {
    const act: Act = acts[name]!;
    const urls = act.onlyFirstProxy === true ? formation.urls.slice(0, 1) : formation.urls;
    if (act.host !== undefined) await formation.developer.deisHere(['domains:add', act.host]);
    const clients = urls.map((url) => new PollingClient().start(url, perSecond, act.host));
    try {
      await act.work(formation, round + 1);
    } finally {
      await Promise.all(clients.map((client) => client.stop()));
    }
    if (act.host !== undefined) await formation.developer.deisHere(['domains:remove', act.host]);
    assertUnnoticed(
      name,
      act,
      clients.flatMap((client) => client.answers),
      talk,
    );
    if (act.onlyFirstProxy !== true) await assertSameProxies(formation);
  }
}

function assertUnnoticed(
  name: string,
  { reloads = false }: Act,
  answers: readonly PolledAnswer[],
  talk: (line: string) => void,
): void {
  const counts = (['kept', 'new'] as const).map((connection) => {
    const all = answers.filter((answer) => answer.connection === connection);
    return { connection, all: all.length, failed: all.filter(({ status }) => status !== 200) };
  });
  const said = counts.map(
    ({ connection, all, failed }) => `${connection} connections ${all} requests, ${failed.length} failed`,
  );
  talk(`${name}: ${said.join('; ')}`);
  for (const { connection, all, failed } of counts) {
    assert.ok(all > 10, `${name}: only ${all} requests`);
    // What a reload may cost is an idle connection that closes under a request, and nothing else.
    const unexpected =
      reloads && connection === 'kept' ? failed.filter(({ status }) => status !== 0) : failed;
    assert.deepEqual(unexpected, [], `${name}, ${connection} connections`);
  }
}

/** Proxies serve the same sites and backends, of the same generation, as soon as the operation has ended. */
async function assertSameProxies({ nodes }: LiveFormation): Promise<void> {
  const proxies = nodes.filter(({ layer }) => layer === 'proxy');
  const [first, ...others] = await Promise.all(
    proxies.map(({ cloud_id }) =>
      insideNode(
        cloud_id,
        'cat /etc/nginx/nginx.conf /etc/nginx/sites-enabled/* | sha256sum; cat /etc/nginx/deis/backends',
      ),
    ),
  );
  assert.match(first!, /generation \d+/);
  for (const other of others) assert.equal(other, first);
}

/** Ends only when every proxy serves the new release. */
async function changeConfig({ developer, urls }: LiveFormation, round: number): Promise<void> {
  await developer.deisHere(['config:set', `POWERED_BY=color ${round}`]);
  for (const url of urls)
    assert.ok(
      (await (await askAnew(url)).text()).includes(`color ${round}`),
      `${url} still serves the old release`,
    );
}

async function killBackend({ developer, nodes }: LiveFormation): Promise<void> {
  const serving = await developer.json<{ node: string }[]>(['ps']);
  const { cloud_id } = nodes.find(({ id }) => id === serving[0]!.node)!;
  const container = (
    await insideNode(cloud_id, 'docker ps -q --no-trunc --filter label=deis.formation | head -n 1')
  ).trim();
  const state = (): Promise<string> =>
    insideNode(cloud_id, `docker inspect -f '{{.State.Running}} {{.RestartCount}}' ${container}`);
  await insideNode(cloud_id, `kill -9 $(docker inspect -f '{{.State.Pid}}' ${container})`);
  await waitUntil(async () => ((await state()).startsWith('true 1') ? true : undefined), {
    deadlineMs: 30_000,
    intervalMs: 100,
    what: 'the container to be restarted',
  });
}

async function pushBroken({ developer }: LiveFormation): Promise<void> {
  developer.write('server.js', `${developer.read('server.js')}\nprocess.exit(7);\n`);
  await developer.commit('Break the start');
  await developer.git(['push', 'deis', 'master'], { expect: 'failure' });
  await developer.git(['reset', '-q', '--hard', 'HEAD~1']);
}

async function killController(formation: LiveFormation, step: string, round: number): Promise<void> {
  const { controller, developer } = formation;
  await controller.stop();
  await controller.start({ DEIS_FAULTS: `kill@deploy/${step}`, ...quickDrain });
  const setting = developer
    .deisHere(['config:set', `POWERED_BY=color ${round}`])
    .catch((error: unknown) => error);
  assert.equal((await controller.ended(60_000)).signal, 'SIGKILL', `step ${step} was not reached`);
  await controller.start(quickDrain);
  await setting;
  await formation.atRest(90_000);
}

async function changeDomains({ developer }: LiveFormation): Promise<void> {
  const { certificate, key } = makeCertificate([host]);
  const [crt, pem] = [`${developer.home}/bench.crt`, `${developer.home}/bench.key`];
  writeFileSync(crt, certificate);
  writeFileSync(pem, key);
  await developer.deisHere(['domains:add', 'www.example.com']);
  await developer.deisHere(['certs:add', crt, pem, '--id=main']);
  await developer.deisHere(['proxy:set', 'body_size=2m', 'algorithm=least_conn']);
  await developer.deisHere(['certs:remove', 'main']);
  await developer.deisHere(['proxy:unset', 'body_size', 'algorithm']);
  await developer.deisHere(['domains:remove', 'www.example.com']);
}

/**
 * The second proxy goes and another comes: the first one's clients see nothing, and the second answers until
 * it is told to stop, which load balancers hear before.
 */
async function moveProxy({ developer, urls }: LiveFormation): Promise<void> {
  const codes: number[] = [];
  let wasTold = false;
  const ask = (path: string): Promise<number> =>
    askAnew(new URL(path, urls[1]).href, { signal: AbortSignal.timeout(1000) }).then(
      ({ status }) => status,
      () => 0,
    );
  const askBoth = async (): Promise<undefined> => {
    const [code, health] = await Promise.all([ask('/'), ask('/health-check')]);
    codes.push(code);
    wasTold ||= code === 200 && health === 503;
  };
  const removing = developer.deisHere(['layers:scale', 'proxy=1']);
  const gone = removing.then(() => true as const);
  await waitUntil(() => Promise.race([gone, askBoth()]), {
    deadlineMs: 60_000,
    intervalMs: 20,
    what: 'the second proxy to go',
  });
  assert.ok(wasTold, 'the second proxy did not tell load balancers that it goes');
  const served = codes.findIndex((code) => code !== 200);
  assert.ok(served !== 0, 'the second proxy did not answer at all');
  assert.deepEqual(
    codes.slice(served < 0 ? codes.length : served).filter((code) => code !== 0),
    [],
    'a proxy that goes gives whole answers, or none',
  );
  await developer.deisHere(['layers:scale', 'proxy=2']);
  const { address } = (
    await developer.json<{ id: string; layer: string; address: string }[]>(['nodes'])
  ).filter(({ layer }) => layer === 'proxy')[1]!;
  assert.equal((await askAnew(`http://${address}/`)).status, 200);
}
