import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DrainBench, firstOfEach, storedLine, texts } from '../../../support/drains/drain-bench.js';
import { HttpReceiver } from '../../../support/drains/http-receiver.js';
import { SyslogReceiver } from '../../../support/drains/syslog-receiver.js';
import { storeFormation } from '../../../support/server/stored-formation.js';

/** A receiver of any kind, as these tests use it. */
interface Receiver {
  readonly kind: string;
  readonly url: () => string;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly hang: () => void;
  readonly recover: () => void;
  readonly texts: () => string[];
}

describe('drains', function () {
  this.timeout(90_000);
  let bench: DrainBench;
  const stops: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    bench = await DrainBench.start();
  });
  afterEach(async () => {
    await bench.close();
    for (const stop of stops.splice(0)) await stop();
  });

  const http = async (): Promise<HttpReceiver> => {
    const receiver = new HttpReceiver(bench.tls);
    await receiver.start();
    stops.push(() => receiver.stop());
    return receiver;
  };
  const syslog = (isTls: boolean): Receiver => {
    const receiver = new SyslogReceiver(isTls ? bench.tls : undefined);
    stops.push(() => receiver.stop());
    return {
      kind: 'syslog',
      url: () => `syslog${isTls ? '+tls' : ''}://localhost:${receiver.port}`,
      start: () => receiver.start(),
      stop: () => receiver.stop(),
      hang: () => (receiver.mode = 'hang'),
      recover: () => receiver.recover(),
      texts: () => receiver.texts,
    };
  };
  const https = (isLoki: boolean): Receiver => {
    const receiver = new HttpReceiver(bench.tls);
    stops.push(() => receiver.stop());
    const pushed = (): string[] =>
      receiver.taken.flatMap(({ body }) =>
        (JSON.parse(body) as { streams: { values: [string, string][] }[] }).streams.flatMap(({ values }) =>
          values.map(([, text]) => text),
        ),
      );
    return {
      kind: 'https',
      url: () => `${isLoki ? 'loki+' : ''}https://localhost:${receiver.port}/`,
      start: () => receiver.start(),
      stop: () => receiver.stop(),
      hang: () => (receiver.behave = () => 'hang'),
      recover: () => (receiver.behave = () => ({ status: 204 })),
      texts: () => (isLoki ? pushed() : receiver.texts),
    };
  };
  const kinds: Readonly<Record<string, () => Receiver>> = {
    'syslog over TCP': () => syslog(false),
    'syslog over TLS': () => syslog(true),
    HTTPS: () => https(false),
    Loki: () => https(true),
  };

  for (const [kind, make] of Object.entries(kinds))
    describe(`to ${kind}`, () => {
      let sink: Receiver;
      const has = async (count: number): Promise<void> =>
        bench.until(() => firstOfEach(sink.texts()).length >= count, `${count} lines`);

      beforeEach(async () => {
        sink = make();
        await sink.start();
      });

      it('send every line once and in order', async () => {
        await bench.storeNumbers(0, 50);
        const drain = await bench.add({ url: sink.url() });
        await bench.storeNumbers(50, 2_500);
        await has(2_500);
        await bench.storeNumbers(2_500, 2_510);
        await has(2_510);
        assert.deepEqual(sink.texts(), texts(0, 2_510));
        await bench.untilShown(drain, ({ sent }) => sent === 2_510, 'the number of lines sent');
        assert.deepEqual(bench.logged, []);
      });

      it('go on in order when the sink takes nobody, and is there again', async () => {
        const drain = await bench.add({ url: sink.url() });
        await bench.storeNumbers(0, 100);
        await has(100);
        await sink.stop();
        await bench.storeNumbers(100, 1_500);
        await bench.untilShown(drain, ({ lastError }) => /ECONNREFUSED/.test(lastError ?? ''), 'a refusal');
        await sink.start();
        await has(1_500);
        assert.deepEqual(firstOfEach(sink.texts()), texts(0, 1_500));
        await bench.untilShown(drain, ({ lastError }) => lastError === null, 'no error any more');
      });

      it('go on in order when the sink breaks off again and again', async () => {
        await bench.add({ url: sink.url() });
        for (let round = 0; round < 5; round += 1) {
          const before = firstOfEach(sink.texts()).length;
          await bench.storeNumbers(round * 1_000, (round + 1) * 1_000);
          await has(before + 1);
          await sink.stop();
          await sink.start();
        }
        await has(5_000);
        assert.deepEqual(firstOfEach(sink.texts()), texts(0, 5_000));
      });

      it('go on in order when the sink hangs, and answers again', async () => {
        sink.hang();
        const drain = await bench.add({ url: sink.url() });
        await bench.storeNumbers(0, 3_000);
        await bench.untilShown(drain, ({ lastError }) => /does not answer/.test(lastError ?? ''), 'silence');
        assert.deepEqual(sink.texts(), []);
        sink.recover();
        await has(3_000);
        assert.deepEqual(firstOfEach(sink.texts()), texts(0, 3_000));
      });

      it('keep their place when the controller is stopped and started again', async () => {
        await bench.add({ url: sink.url() });
        await bench.storeNumbers(0, 200);
        await has(200);
        await bench.drains.stop();
        await bench.storeNumbers(200, 300);
        await bench.restart();
        await has(300);
        assert.deepEqual(sink.texts(), texts(0, 300));
      });
    });

  it('are slow where the sink is, and whole', async () => {
    const receiver = new SyslogReceiver();
    receiver.mode = 'slow';
    await receiver.start();
    stops.push(() => receiver.stop());
    await bench.add({ url: `syslog://127.0.0.1:${receiver.port}` });
    const long = 'x'.repeat(4_000);
    const lines = Array.from({ length: 1_500 }, (_, n) => storedLine(n, `${n} ${long}\n`));
    await bench.store(lines.join(''));
    const numbers = (): string[] => firstOfEach(receiver.texts.map((text) => text.split(' ')[0]!));
    await bench.until(() => numbers().length === 1_500, 'all lines');
    assert.deepEqual(
      numbers(),
      lines.map((_, n) => String(n)),
    );
  });

  it('cost each other nothing: one that hangs, one that refuses, and one that is well', async () => {
    const [hangs, refuses, well] = [await http(), await http(), await http()];
    hangs.behave = () => 'hang';
    refuses.behave = () => ({ status: 503 });
    const drains = [];
    for (const { port } of [hangs, refuses, well])
      drains.push(await bench.add({ url: `https://localhost:${port}/` }));
    await bench.storeNumbers(0, 10);
    await bench.until(() => hangs.requests.length > 0 && refuses.requests.length > 1, 'both to be tried');
    for (let n = 10; n < 60; n += 10) {
      const begin = performance.now();
      await bench.storeNumbers(n, n + 10);
      await bench.until(() => well.texts.length === n + 10, 'ten more lines');
      assert.ok(performance.now() - begin < 2_000);
    }
    assert.deepEqual(well.texts, texts(0, 60));
    assert.match((await bench.shown(drains[1]!)).lastError ?? '', /^it answers 503$/);
    await bench.untilShown(drains[0]!, ({ backlog }) => backlog > 0, 'what waits');
  });

  it('are sent to where one drain cannot be read from the database', async () => {
    const receiver = await http();
    const url = `https://localhost:${receiver.port}/`;
    const broken = await bench.add({ url });
    await bench.add({ url });
    await bench.drains.stop();
    await bench.db
      .database('drains')
      .where({ id: broken.id })
      .update({ url_encrypted: Buffer.alloc(64) });
    await bench.storeNumbers(0, 10);
    await bench.restart();
    await bench.until(() => receiver.texts.length === 10, 'the lines of the other one');
    assert.match(bench.logged.join('\n'), new RegExp(`lines could not be drained .*${broken.token}`));
  });

  it('heed Retry-After, as seconds and as a date', async () => {
    const receiver = await http();
    const drain = await bench.add({ url: `https://localhost:${receiver.port}/` });
    receiver.behave = () => ({ status: 429, headers: { 'retry-after': '2' } });
    await bench.storeNumbers(0, 5);
    await bench.untilShown(drain, ({ lastError }) => lastError === 'it answers 429', 'a 429');
    const { nextAttemptAt, lastErrorAt } = await bench.shown(drain);
    assert.ok(nextAttemptAt!.getTime() - lastErrorAt!.getTime() >= 2_000);
    const until = new Date(Date.now() + 4_000);
    receiver.behave = () => ({ status: 503, headers: { 'retry-after': until.toUTCString() } });
    await bench.until(() => receiver.requests.length === 2, 'the second attempt');
    receiver.behave = () => ({ status: 204 });
    await bench.until(() => receiver.requests.length === 3, 'the third attempt');
    const [first, second, third] = receiver.requests.map(({ at }) => at);
    assert.ok(second! - first! >= 2_000 && third! - second! >= 900, `${first} ${second} ${third}`);
    assert.deepEqual(receiver.texts, texts(0, 5));
  });

  it('leave out the one line that a sink will not have, and tell it', async () => {
    const receiver = await http();
    receiver.behave = (body) => ({ status: body.includes('"line 37"') ? 400 : 204 });
    const drain = await bench.add({ url: `https://localhost:${receiver.port}/` });
    await bench.storeNumbers(0, 100);
    await bench.until(() => receiver.texts.includes('line 99'), 'the last line');
    const expected = texts(0, 100);
    expected[37] = '1 line was not sent: the drain was too far behind, or its sink did not want them';
    assert.deepEqual(receiver.texts, expected);
    await bench.untilShown(drain, ({ sent, unsent }) => sent === 99 && unsent === 1, 'both numbers');
  });

  for (const isStopped of [false, true])
    it(`go on where they were when files are put aside, ${isStopped ? 'stopped' : 'running'}`, async () => {
      const receiver = await http();
      await bench.add({ url: `https://localhost:${receiver.port}/` });
      await bench.storeNumbers(0, 10);
      await bench.until(() => receiver.texts.length === 10, 'the first lines');
      if (isStopped) await bench.drains.stop();
      for (let n = 10; n < 410; n += 100) {
        await bench.storeNumbers(n, n + 100);
        await bench.sweep(80_000);
      }
      await bench.storeNumbers(410, 415);
      assert.equal((await bench.files()).filter((name) => name.endsWith('.gz')).length, 3);
      if (isStopped) await bench.restart();
      await bench.sweep(80_000);
      await bench.until(() => receiver.texts.length >= 415, 'all lines');
      assert.deepEqual(receiver.texts, texts(0, 415));
    });

  it('read a file once while it is packed', async () => {
    const receiver = await http();
    await bench.add({ url: `https://localhost:${receiver.port}/` });
    await bench.storeNumbers(0, 100);
    await bench.until(() => receiver.texts.length === 100, 'the first lines');
    await bench.sweep(80_000);
    const [name = ''] = await bench.files();
    const path = join(bench.folderOf(bench.formation.id), name);
    await writeFile(`${path}.gz`, gzipSync(await readFile(path)));
    await bench.storeNumbers(100, 110);
    await bench.sweep(1_000_000);
    await bench.until(() => receiver.texts.length >= 110, 'the others');
    assert.deepEqual(receiver.texts, texts(0, 110));
  });

  it('say that lines are gone that were removed while they waited', async () => {
    const receiver = await http();
    await bench.add({ url: `https://localhost:${receiver.port}/` });
    await bench.storeNumbers(0, 10);
    await bench.until(() => receiver.texts.length === 10, 'the first lines');
    await bench.drains.stop();
    for (let n = 10; n < 410; n += 100) {
      await bench.storeNumbers(n, n + 100);
      await bench.sweep(1_000);
    }
    await bench.storeNumbers(410, 415);
    await bench.restart();
    await bench.until(() => receiver.texts.includes('line 414'), 'the last line');
    const [gap, ...rest] = receiver.texts.slice(10);
    assert.match(gap!, /^lines were not sent: /);
    assert.deepEqual(rest, texts(415 - rest.length, 415));
  });

  it('say nothing of lines that were sent long before they were removed', async () => {
    const receiver = await http();
    await bench.add({ url: `https://localhost:${receiver.port}/` });
    await bench.storeNumbers(0, 100);
    await bench.until(() => receiver.texts.length === 100, 'the first lines');
    await bench.sweep(80_000);
    await bench.sweep(80_000);
    await bench.until(async () => (await bench.positions())[0]?.isWhole, 'the end of the file');
    await bench.sweep(1);
    assert.deepEqual(await bench.files(), []);
    await bench.restart();
    await bench.storeNumbers(100, 110);
    await bench.until(() => receiver.texts.length >= 110, 'the others');
    assert.deepEqual(receiver.texts, texts(0, 110));
  });

  it('join a line that comes in parts, of two containers at a time, also across a restart', async () => {
    const receiver = await http();
    await bench.add({ url: `https://localhost:${receiver.port}/` });
    const of = (n: number, log: string): string => storedLine(n, log, `deis/web.${(n % 2) + 1}/v3`);
    await bench.store(of(0, 'a'.repeat(16_384)) + of(1, 'b'.repeat(16_384)) + of(2, 'c\n'));
    await bench.until(() => receiver.texts.length === 1, 'the line that is whole');
    await bench.restart();
    await bench.store(of(3, 'd\n') + of(4, 'whole\n'));
    await bench.until(() => receiver.texts.length >= 3, 'all three');
    assert.deepEqual(receiver.texts, [`${'a'.repeat(16_384)}c`, `${'b'.repeat(16_384)}d`, 'whole']);
  });
});

describe('a drain that is too far behind', function () {
  this.timeout(60_000);

  it('sends the newest lines, and says how many it did not send, also after a restart', async () => {
    const bench = await DrainBench.start({ maxBacklog: 40_000 });
    const receiver = new HttpReceiver(bench.tls);
    try {
      await receiver.start();
      const drain = await bench.add({ url: `https://localhost:${receiver.port}/` });
      receiver.behave = () => ({ status: 503 });
      await bench.storeNumbers(0, 1_000);
      await bench.untilShown(drain, ({ unsent }) => unsent > 0, 'lines that are given up');
      await bench.restart();
      await bench.storeNumbers(1_000, 3_000);
      await bench.untilShown(drain, ({ unsent }) => unsent > 2_000, 'more of them');
      receiver.behave = () => ({ status: 200 });
      // By now it would wait for long before it tries again.
      await bench.restart();
      await bench.until(() => receiver.texts.includes('line 2999'), 'the last line');
      const [gap, ...rest] = receiver.texts;
      const count = Number(/^(\d+) lines were not sent: the drain was too far behind/.exec(gap!)?.[1]);
      assert.equal(count + rest.length, 3_000);
      assert.ok(rest.length >= 100);
      assert.deepEqual(rest, texts(count, 3_000));
      assert.equal(receiver.lines[0]!['process'], 'drain');
      await bench.untilShown(
        drain,
        ({ sent, unsent }) => unsent === count && sent === rest.length,
        'numbers',
      );
    } finally {
      await bench.close();
      await receiver.stop();
    }
  });
});

describe('addresses and secrets of drains', function () {
  this.timeout(60_000);

  it('dial no address that users must not reach, however a name leads there', async () => {
    const bench = await DrainBench.start({}, { allows: () => false });
    const [plain, http] = [new SyslogReceiver(), new HttpReceiver(bench.tls)];
    try {
      await plain.start();
      await http.start();
      const drains = [];
      for (const url of [
        `syslog://localhost:${plain.port}`,
        `syslog://127.0.0.1:${plain.port}`,
        `syslog://2130706433:${plain.port}`,
        `https://localhost:${http.port}/`,
        `https://127.0.0.1:${http.port}/`,
      ])
        drains.push(await bench.add({ url }));
      await bench.storeNumbers(0, 1);
      for (const drain of drains)
        await bench.untilShown(
          drain,
          ({ lastError }) => /where no logs are sent/.test(lastError ?? ''),
          drain.shown,
        );
      assert.deepEqual([plain.connections, http.requests.length], [0, 0]);
    } finally {
      await bench.close();
      await plain.stop();
      await http.stop();
    }
  });

  it('send user and secret, and have them in no text of the database and no log', async () => {
    const bench = await DrainBench.start();
    const receiver = new HttpReceiver(bench.tls);
    try {
      await receiver.start();
      const url = `https://us%65r:hun%3Ater2@localhost:${receiver.port}/path-hunter3?key=hunter4`;
      const drain = await bench.add({ url });
      receiver.behave = () => ({ status: 401 });
      await bench.storeNumbers(0, 1);
      await bench.untilShown(drain, ({ lastError }) => lastError === 'it answers 401', 'a refusal');
      await receiver.stop();
      await bench.untilShown(drain, ({ lastError }) => /ECONNREFUSED/.test(lastError ?? ''), 'nobody there');
      await receiver.start();
      receiver.behave = () => ({ status: 200 });
      await bench.until(() => receiver.texts.length === 1, 'the line');
      const [{ path, headers }] = receiver.taken as [(typeof receiver.taken)[0]];
      assert.equal(path, '/path-hunter3?key=hunter4');
      const expected = `Basic ${Buffer.from('user:hun:ter2').toString('base64')}`;
      assert.deepEqual([headers.authorization, headers['deis-drain-token']], [expected, drain.token]);
      assert.equal(drain.shown, `https://...@localhost:${receiver.port}/...`);
      const rows = await bench.db.database('drains').select('*');
      const texts = JSON.stringify(rows) + bench.logged.join('\n');
      assert.doesNotMatch(texts, /hunter|hun%3A|ter2|path-/);
    } finally {
      await bench.close();
      await receiver.stop();
    }
  });
});

describe('drains of the controller', function () {
  this.timeout(60_000);

  it('send the lines of all formations, of new ones too, each in order', async () => {
    const bench = await DrainBench.start();
    const receiver = new HttpReceiver(bench.tls);
    await receiver.start();
    try {
      await bench.add({ url: `https://localhost:${receiver.port}/` }, null);
      await bench.storeNumbers(0, 300);
      const { formation: other } = await storeFormation(bench.db.stores, 'other-app');
      await bench.storeNumbers(0, 200, other.id);
      await bench.until(() => receiver.texts.length >= 500, 'the lines of both');
      for (const [name, count] of [
        ['peachy-waxworks', 300],
        ['other-app', 200],
      ] as const) {
        const own = receiver.lines.filter(({ formation }) => formation === name);
        assert.deepEqual(
          own.map(({ message }) => message),
          texts(0, count),
        );
      }
    } finally {
      await bench.close();
      await receiver.stop();
    }
  });

  it('send the lines of one formation while the sink refuses those of another', async () => {
    const bench = await DrainBench.start();
    const receiver = new HttpReceiver(bench.tls);
    await receiver.start();
    receiver.behave = (body) => ({ status: body.includes('"peachy-waxworks"') ? 400 : 204 });
    try {
      await bench.storeNumbers(0, 200);
      const { formation: other } = await storeFormation(bench.db.stores, 'zany-app');
      const drain = await bench.add({ url: `https://localhost:${receiver.port}/` }, null);
      await bench.untilShown(drain, ({ unsent }) => unsent > 0, 'a line that is left out');
      await bench.storeNumbers(0, 200, other.id);
      await bench.until(() => receiver.texts.length >= 200, 'the lines of the other one');
      assert.deepEqual(receiver.texts, texts(0, 200));
    } finally {
      await bench.close();
      await receiver.stop();
    }
  });
});
