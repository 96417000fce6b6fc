import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { waitUntil } from '../../base/wait-until.js';
import { Developer } from '../support/cli/developer.js';
import { firstOfEach } from '../support/drains/drain-bench.js';
import { HttpReceiver } from '../support/drains/http-receiver.js';
import { SyslogReceiver } from '../support/drains/syslog-receiver.js';
import { runCommandsOf } from '../support/cli/page-session.js';
import { prepareMachine } from '../support/nodes/docker-machine.js';
import { ControllerProcess } from '../support/server/controller-process.js';
import { HookReceiver } from '../support/server/hook-receiver.js';
import { MailReceiver } from '../support/server/mail-receiver.js';
import { makeCertificate } from '../support/server/make-certificate.js';
import { projectRoot } from '../support/source/source-imports.js';

/** Says each moment what time it is, and counts. */
const worker = `n=0
trap 'exit 0' TERM
while :; do n=$((n + 1)); echo "tick $n at $(date +%s%3N)"; sleep 0.2; done
`;
const latencies = 20;
const maxP50Ms = 1_000;
/** What `deis ps` and `deis logs` take themselves. */
const commandSeconds = 2;

describe('logs that stay', function () {
  this.timeout(240_000);
  const controller = new ControllerProcess();
  let developer: Developer;
  const tls = makeCertificate(['localhost'], 2, '127.0.0.1');
  const mails = new MailReceiver({ secure: true, cert: tls.certificate, key: tls.key });
  const hooks = new HookReceiver();
  const [archive, search, hangs] = [new SyslogReceiver(tls), new HttpReceiver(tls), new HttpReceiver(tls)];
  let ruleAt: number;

  const start = (): Promise<void> =>
    controller.start({
      DEIS_WATCH_SECONDS: '2',
      DEIS_LOG_DRAIN_NETWORKS: '127.0.0.0/8',
      DEIS_CA_BUNDLE: join(developer.home, 'authorities.pem'),
      DEIS_MEASURE_SECONDS: '2',
      DEIS_HOOK_NETWORKS: '127.0.0.0/8',
      DEIS_SMTP_URL: `smtps://localhost:${mails.port}`,
      DEIS_SMTP_FROM: 'deis@example.com',
    });
  /** Mails that tell of the beginning of an alert about ticks. */
  const mailsOfTicks = (): string[] =>
    mails.received
      .map(({ source }) => source.replaceAll('\r', ''))
      .filter((source) => /^Subject: \[deis\] kept: \d+ lines within 1 min match/m.test(source));

  const node = async () =>
    (await prepareMachine()).docker.getContainer(`deis-${controller.instance}-kept-runtime-1`);
  const inside = async (script: string): Promise<string> => {
    const { id } = await node();
    return (await developer.command('docker', ['exec', id, 'sh', '-c', script])).stdout;
  };
  const ticksOf = (text: string): number[] =>
    [...text.matchAll(/app\[worker\.1\]: tick (\d+) at/g)].map(([, n]) => Number(n));
  const shownTicks = async (): Promise<number[]> =>
    ticksOf((await developer.deis(['logs', '-n', '10000', '--source=app'])).stdout);
  /** Counted from 1 without a gap, and once more from 1 after the crash. */
  const isWhole = (ticks: readonly number[]): boolean =>
    ticks[0] === 1 &&
    ticks.every((tick, index) => tick === 1 || tick === ticks[index - 1]! + 1) &&
    ticks.filter((tick) => tick === 1).length === 2;

  /** Also those that came while the controller was away; a delivery that broke off may come twice. */
  const reachesSinks = async (): Promise<void> => {
    const { stdout } = await developer.deis(['logs', '-n', '10000', '--source=app']);
    const shown = [...stdout.matchAll(/: (tick \d+ at \d+)$/gm)].map(([, text]) => text);
    for (const sink of [archive, search]) {
      const texts = (): string[] => firstOfEach(sink.texts.filter((text) => text.startsWith('tick ')));
      await waitUntil(async () => (texts().at(-1) === shown.at(-1) ? true : undefined), {
        deadlineMs: 30_000,
        intervalMs: 100,
        what: 'the last line at a sink',
      });
      assert.deepEqual(texts(), shown.slice(shown.indexOf(texts()[0])));
    }
  };

  before(async function () {
    this.timeout(600_000);
    await prepareMachine();
    await Promise.all([mails.listen(), hooks.listen()]);
    developer = new Developer(controller, 'ada');
    writeFileSync(join(developer.home, 'authorities.pem'), tls.certificate);
    await start();
    await developer.makeKey();
    await developer.startApp('procfile-worker');
    developer.write('worker.sh', worker);
    developer.write('Procfile', 'worker: sh worker.sh\n');
    await developer.commit('Tell the time');
    await developer.deis([
      'register',
      controller.running.url,
      '--username=ada',
      '--password=correct horse battery',
      '--email=ada@example.com',
      '--known-hosts=yes',
    ]);
    await developer.deis(['keys:add', `${developer.home}/.ssh/id_ed25519.pub`]);
    await developer.deis(['create', '--id=kept', '--flavor=docker', '--known-hosts=yes']);
    await developer.deis(['layers:scale', 'runtime=1']);
    await developer.git(['push', 'deis', 'master']);
    await developer.deis(['hooks:add', 'mailto:ops@example.com', '--name=ops']);
    const rule = ['--name=ticks', '--pattern=^tick \\d+', '--above=5', '--minutes=1'];
    await developer.deis(['alerts:add', 'log', ...rule]);
    await developer.deis(['scale', 'worker=1']);
    ruleAt = Date.now();
  });

  after(async () => {
    await controller.remove();
    for (const receiver of [archive, search, hangs]) await receiver.stop();
    await Promise.all([mails.close(), hooks.close()]);
  });

  it('reach the log server, and the key of a node is for root alone', async () => {
    await waitUntil(
      async () => {
        const { from, server } = await developer.json<{ from: string | null; server: string }>(['logs:info']);
        return from !== null && server === 'running' ? true : undefined;
      },
      { deadlineMs: 60_000, intervalMs: 500, what: 'lines at the log server' },
    );
    const modes = await inside('stat -c "%a %U" /etc/deis/logs /etc/deis/logs/* /var/lib/deis/logs');
    assert.deepEqual([...new Set(modes.split('\n'))].sort(), ['600 root', '700 root']);
    const args = await inside('cat /proc/[0-9]*/cmdline | tr "\\0" "\\n"');
    const [key = ''] =
      /[0-9a-f]{32}/.exec(await inside('grep -o "[0-9a-f]\\{32\\}" /etc/deis/logs/rsyslog.conf')) ?? [];
    assert.notEqual(key, '');
    assert.ok(!args.includes(key));
  });

  it('go to syslog over TLS and to HTTPS, whole and in order, while another drain hangs', async () => {
    for (const receiver of [archive, search, hangs]) await receiver.start();
    hangs.behave = () => 'hang';
    await developer.deis(['drains:add', `https://127.0.0.1:${hangs.port}/`, '--name=hangs']);
    await waitUntil(async () => hangs.requests[0], {
      deadlineMs: 15_000,
      intervalMs: 50,
      what: 'a sink that hangs',
    });
    await developer.deis(['drains:add', `syslog+tls://127.0.0.1:${archive.port}`, '--name=archive']);
    await developer.deis(['drains:add', `https://127.0.0.1:${search.port}/in`, '--name=search']);
    const sinks = [archive, search].map(
      (sink) => () => sink.texts.filter((text) => text.startsWith('tick ')),
    );
    await waitUntil(async () => (sinks.every((texts) => texts().length >= 10) ? true : undefined), {
      deadlineMs: 15_000,
      intervalMs: 50,
      what: 'lines at both sinks',
    });
    for (const texts of sinks) {
      const numbers = texts().map((text) => Number(text.split(' ')[1]));
      assert.deepEqual(
        numbers,
        numbers.map((_, index) => numbers[0]! + index),
      );
    }
    const {
      app,
      process: type,
      host,
      token,
    } = archive.messages.find(({ text }) => text.startsWith('tick '))!;
    assert.deepEqual([app, type, host], ['kept', 'worker.1', 'kept-runtime-1']);
    assert.equal(token, (await developer.json<{ token: string }>(['drains:info', 'archive'])).token);
  });

  it('are on the screen within a second', async () => {
    const tail = spawn(process.execPath, [join(projectRoot, 'bin', 'deis.js'), 'logs', '--tail', '-n', '0'], {
      cwd: developer.app,
      env: { ...process.env, ...developer.env },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 60_000,
    });
    const seen: number[] = [];
    for await (const line of createInterface({ input: tail.stdout })) {
      const [, at] = /tick \d+ at (\d+)/.exec(line) ?? [];
      if (at !== undefined) seen.push(Date.now() - Number(at));
      if (seen.length === latencies) break;
    }
    tail.kill();
    assert.equal(seen.length, latencies);
    const p50 = seen.sort((a, b) => a - b)[latencies / 2]!;
    assert.ok(p50 <= maxP50Ms, `p50 ${p50} ms: ${seen.join(' ')}`);
  });

  it('tell of a crash as it happens, as the list of containers does', async () => {
    const followers = (): Promise<string> => inside('pgrep -fc "^[d]ocker events" || :');
    await waitUntil(async () => ((await followers()) === '1' ? true : undefined), {
      deadlineMs: 30_000,
      intervalMs: 200,
      what: 'the node to be followed',
    });
    await inside("kill -9 $(docker inspect -f '{{.State.Pid}}' $(docker ps -q))");
    const crashed = Date.now();
    await waitUntil(
      async () => {
        const [seen] = await developer.json<{ seen: { restarts: number; exit_code: number } | null }[]>([
          'ps',
        ]);
        return seen?.seen?.restarts === 1 && seen.seen.exit_code === 137 ? true : undefined;
      },
      { deadlineMs: 10_000, intervalMs: 100, what: 'the crash in the list of containers' },
    );
    const { stdout } = await developer.deis(['logs', '-n', '5', '--source=deis']);
    assert.match(stdout, /deis\[worker\.1\]: ended with exit code 137 and was restarted/);
    const seconds = (Date.now() - crashed) / 1000;
    console.log(`      a crash was seen after ${seconds.toFixed(1)} s`);
    assert.ok(seconds < 3 + commandSeconds, `after ${seconds} s`);
  });

  it('have people told by mail of a pattern, within a minute', async () => {
    const [mail = ''] = await waitUntil(
      async () => (mailsOfTicks().length > 0 ? mailsOfTicks() : undefined),
      { deadlineMs: 60_000, intervalMs: 200, what: 'the mail' },
    );
    assert.ok(Date.now() - ruleAt < 60_000, 'it took longer than a minute');
    for (const line of [
      /^Where: formation kept$/m,
      /^Since: 20/m,
      /^Look: {2}deis logs -f kept --since=1h -n 200$/m,
    ])
      assert.match(mail, line);
  });

  it('are told of, and measured, by the commands of docs/alerts.md and docs/metrics.md', async () => {
    developer.write('hook-url', hooks.url);
    const first = async (command: string): Promise<string> =>
      (await developer.json<{ id: string }[]>(command.split(' ')))[0]!.id;
    const alerts = await runCommandsOf('alerts.md', developer, {
      'https://hooks.example.com/deis': () => hooks.url,
      '@FILE': () => '@hook-url',
      'mailto:ADDRESS': () => 'mailto:somebody@example.com --name=somebody',
      DELIVERY: () => first('hooks:deliveries on-call'),
      NAME: () => 'on-call',
    });
    assert.match(alerts['deis hooks:deliveries NAME'] ?? '', /alert\.test/);
    const metrics = await runCommandsOf('metrics.md', developer, {
      'deis-controller certificate': () => 'deis-controller certificate --help',
      'nodes:replace': () => 'nodes:replace --help',
      'certs:add': () => 'certs:add --help',
      OPERATION: () => first('ops'),
      NAME: () => 'kept',
    });
    assert.match(metrics['deis metrics --since=1h'] ?? '', /worker\.1 cpu/);
    assert.match(metrics['deis-controller schedule'] ?? '', /evaluate-alerts/);
  });

  it('lose no line while the log server is away, and are there when container and node are gone', async () => {
    const before = (await shownTicks()).length;
    await controller.stop();
    await waitUntil(
      async () => ((await inside('pgrep -f "[d]ocker events" || :')) === '' ? true : undefined),
      {
        deadlineMs: 10_000,
        intervalMs: 200,
        what: 'nothing of ours to stay on the node',
      },
    );
    const ticks = await waitUntil(
      async () => {
        const lines = Number(await inside('cat /var/lib/docker/containers/*/*-json.log | grep -c tick'));
        return lines >= before + 40 ? lines : undefined;
      },
      { deadlineMs: 60_000, intervalMs: 500, what: 'lines without a log server' },
    );
    await start();
    await developer.deis(['scale', 'worker=0']);
    await waitUntil(async () => ((await inside('docker ps --all --quiet')) === '' ? true : undefined), {
      deadlineMs: 60_000,
      intervalMs: 200,
      what: 'the container to be gone',
    });
    const all = await waitUntil(
      async () => {
        const found = await shownTicks();
        return found.length >= ticks ? found : undefined;
      },
      { deadlineMs: 60_000, intervalMs: 500, what: 'the lines of a container that is gone' },
    );
    assert.ok(isWhole(all), all.join(' '));
    await reachesSinks();

    await developer.deis(['layers:scale', 'runtime=0']);
    const afterwards = await shownTicks();
    assert.ok(isWhole(afterwards) && afterwards.length >= all.length, afterwards.join(' '));
    const some = await developer.deis(['logs', '-n', '3', '--ps=worker.1', '--grep=tick 1']);
    assert.equal(ticksOf(some.stdout).length, 3);
  });

  it('say what the platform did', async () => {
    const { stdout } = await developer.deis(['logs', '-n', '1000', '--source=deis']);
    for (const kind of ['push', 'scale-containers', 'scale-layers'])
      assert.match(stdout, new RegExp(`deis\\[${kind}\\]: ${kind}( of \\w+)? is done after`));
    assert.doesNotMatch(stdout, / app\[/);
  });

  it('are read by the commands of docs/logs.md', async () => {
    const wrote = await runCommandsOf('logs.md', developer, { 'deis run': () => 'deis run --help' });
    const reading = Object.entries(wrote).filter(([command]) => command.startsWith('deis logs'));
    assert.ok(reading.length >= 5);
    for (const [command, text] of reading) assert.notEqual(text, '', command);
  });

  it('had nobody told twice, though the controller was away', () => assert.equal(mailsOfTicks().length, 1));

  it('go with the formation', async () => {
    await developer.deis(['destroy', '--confirm=kept']);
    const folder = join(controller.dataDir, 'logs', 'formations');
    await waitUntil(
      async () => ((await developer.command('ls', ['-A', folder])).stdout === '' ? true : undefined),
      { deadlineMs: 30_000, intervalMs: 500, what: 'an empty folder of logs' },
    );
  });
});
