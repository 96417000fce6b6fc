import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseReportLine } from '../../../../../provisioner/converge/report/report.js';
import type { ReportEvent } from '../../../../../provisioner/converge/report/report.js';
import { computingMs } from '../../../../support/nodes/computing-time.js';
import { ReportReader } from '../../../../../provisioner/converge/report/report-reader.js';

const maxLine = 4 * 1024 ** 2;
/** The event loop stands still so long. */
const mostMs = 200;

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function readInPieces(bytes: Buffer, size: number): ReportEvent[] {
  const events: ReportEvent[] = [];
  const reader = new ReportReader((event) => events.push(event));
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
  assert.equal(reader.offset, bytes.length);
  return events;
}

describe('converge report', () => {
  it('reads every event of the protocol', () => {
    const lines: [string, ReportEvent][] = [
      [
        '{"event":"begin","generation":41,"resources":12,"whyRun":false}',
        { event: 'begin', generation: 41, resources: 12, whyRun: false },
      ],
      [
        '{"event":"start","n":0,"resource":"file[/etc/x]"}',
        { event: 'start', n: 0, resource: 'file[/etc/x]' },
      ],
      [
        '{"event":"end","n":0,"resource":"file[/etc/x]","result":"changed","ms":12,' +
          `"diff64":"${base64('-a\n+é"\n')}"}`,
        { event: 'end', n: 0, resource: 'file[/etc/x]', result: 'changed', ms: 12, diff: '-a\n+é"\n' },
      ],
      [
        `{"event":"end","n":1,"resource":"x","result":"failed","ms":1,"error64":"${base64('no space')}"}`,
        { event: 'end', n: 1, resource: 'x', result: 'failed', ms: 1, error: 'no space' },
      ],
      [
        '{"event":"end","n":1,"resource":"x","result":"failed","ms":1,"status":7}',
        { event: 'end', n: 1, resource: 'x', result: 'failed', ms: 1, exitCode: 7 },
      ],
      [
        `{"event":"end","n":1,"resource":"x","result":"failed","ms":1,"container":{"name":"web",` +
          `"exit":137,"oom":true,` +
          `"restarts":2,"reason64":"${base64('killed')}","lines64":"${base64('a\nb\n')}",` +
          `"inspect64":"${base64('{"user":"app"}')}"}}`,
        {
          event: 'end',
          n: 1,
          resource: 'x',
          result: 'failed',
          ms: 1,
          container: {
            name: 'web',
            reason: 'killed',
            exitCode: 137,
            outOfMemory: true,
            restarts: 2,
            lines: ['a', 'b'],
            inspect: { user: 'app' },
          },
        },
      ],
      ['{"event":"finish","changed":1,"failed":0}', { event: 'finish', changed: 1, failed: 0 }],
      ['{"event":"refused","have":42,"wanted":41}', { event: 'refused', have: 42, wanted: 41 }],
      ['{"event":"waiting","run":"r1"}', { event: 'waiting', run: 'r1' }],
      [`{"event":"log","text64":"${base64('oops')}"}`, { event: 'log', text: 'oops' }],
      ['{"event":"exit","code":3}', { event: 'exit', code: 3 }],
    ];
    for (const [line, event] of lines) assert.deepEqual(parseReportLine(line), event);
  });

  it('keeps the end of a resource although what its container left behind is broken, or too long', () => {
    const end = (container: string): ReportEvent =>
      parseReportLine(`{"event":"end","n":1,"resource":"x","result":"failed","container":${container}}`);
    const left = (lines: string, inspect: string): string =>
      `{"name":"web","exit":null,"oom":false,"restarts":0,"reason64":"","lines64":"${base64(lines)}",` +
      `"inspect64":"${base64(inspect)}"}`;
    const containerOf = (event: ReportEvent) => ('container' in event ? event.container : undefined);
    for (const broken of ['7', '{"name":"web"}', left('', '').replace('null', '"7"')]) {
      const event = end(broken);
      assert.deepEqual([event.event, containerOf(event)], ['end', undefined]);
    }
    for (const broken of ['', '{"half":', '[1]', 'text'])
      assert.equal(containerOf(end(left('', broken)))?.inspect, null);
    assert.deepEqual(containerOf(end(left('', '')))?.lines, []);
    const lines = containerOf(end(left('x\n'.repeat(300) + 'last', '{}')))?.lines;
    assert.deepEqual([lines?.length, lines?.at(-1)], [200, 'last']);
  });

  it('keeps what it does not know as it came', () => {
    for (const line of [
      'hello',
      '{',
      '[]',
      'null',
      '{"event":"constructor"}',
      '{"event":"begin"}',
      '{"event":"exit","code":"3"}',
      '{"event":"end","n":0,"resource":"x","result":"fine"}',
    ]) {
      assert.deepEqual(parseReportLine(line), { event: 'unknown', line });
    }
  });

  it('never throws, whatever a node sends', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.json(), fc.string({ unit: 'binary' })),
        (line) => typeof parseReportLine(line).event === 'string',
      ),
    );
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 40 }),
        (bytes, size) => readInPieces(Buffer.from(bytes), size).length >= 0,
      ),
    );
  });

  it('reads the same from pieces of any size', () => {
    const report = Buffer.from(
      [
        '{"event":"start","n":0,"resource":"file[/é世]"}',
        '',
        'stray 世',
        '{"event":"exit","code":0}',
        '',
      ].join('\n'),
    );
    const whole = readInPieces(report, report.length);
    assert.equal(whole.length, 3);
    for (let size = 1; size < report.length; size += 1) assert.deepEqual(readInPieces(report, size), whole);
  });

  it('waits for the end of a line', () => {
    assert.deepEqual(readInPieces(Buffer.from('{"event":"exit","code":0}'), 5), []);
  });

  it('cuts an endless line off, and reads on after it', () => {
    const events = readInPieces(
      Buffer.concat([Buffer.alloc(20 * 1024 * 1024, 'x'), Buffer.from('\n{"event":"exit","code":0}\n')]),
      1024 * 1024,
    );
    assert.deepEqual(
      events.map((event) => (event.event === 'unknown' ? event.line.length : event.event)),
      [8 * 1024 * 1024, 'exit'],
    );
  });

  it('passes over what comes after 100,000 lines, and counts its bytes', () => {
    const line = '{"event":"finish","changed":0,"failed":0}\n';
    const events = readInPieces(Buffer.from(line.repeat(100_000) + line.repeat(50_000)), 64 * 1024);
    assert.equal(events.length, 100_000);
  });

  it('takes no time for lines without an end, once there were too many', () => {
    const reader = new ReportReader(() => undefined);
    reader.push(Buffer.from('\n'.repeat(100_000)));
    const endless = Buffer.from('{"event":"died"}\n'.repeat(4_000));
    const ms = computingMs(() => {
      for (let round = 0; round < 1_000; round += 1) reader.push(endless);
    });
    assert.ok(ms < mostMs, `${ms} ms for 68 MB`);
  });

  for (const [what, part] of Object.entries({ lists: '[', numbers: '1,', objects: '{},', names: '"a":{' }))
    it(`takes no time for a line of millions of ${what}`, () => {
      const line = `{"event":"end","n":0,"extra":[${part.repeat(Math.floor(maxLine / part.length))}1]}`;
      const inspect64 = base64(line);
      const container = { name: 'a', exit: 1, oom: false, restarts: 0, reason64: '', lines64: '', inspect64 };
      const failed = { event: 'end', n: 1, resource: 'r', result: 'failed', container };
      const within = JSON.stringify(failed);
      const ms = computingMs(() => {
        assert.equal(parseReportLine(line).event, 'unknown');
        parseReportLine(within.length > 2 * maxLine ? '' : within);
      });
      assert.ok(ms < mostMs, `${ms} ms of computation`);
    });
});
