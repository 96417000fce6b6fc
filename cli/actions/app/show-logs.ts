import type { Call } from '../../call.js';
import { CliError, exitCodes, usageError } from '../../terminal/errors.js';
import { integerOption } from '../../terminal/option-values.js';
import type { Problem } from '../../controller/api-types.js';
import { messageOf } from '../../controller/problem.js';
import { readServerEvents } from '../../controller/server-events.js';
import { tidyLogLine } from '../../terminal/tidy-log-line.js';

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `deis logs`: what there is, or with --tail that and all that comes, until Ctrl-C. */
export async function showLogs(call: Call): Promise<void> {
  const query = new URLSearchParams({
    lines: String(
      integerOption('--lines', call.option('lines') ?? '100', {
        min: call.flag('tail') ? 0 : 1,
        max: 10_000,
      }),
    ),
  });
  const [ps, since, grep] = [call.option('ps'), call.option('since'), call.option('grep')];
  if (ps !== undefined) query.set('ps', ps);
  if (since !== undefined) query.set('since', moment(since, Date.now()));
  if (grep !== undefined) query.set('grep', grep);
  if (call.flag('tail'))
    return follow(call, `${await call.formationPath('logs', 'follow')}?${query.toString()}`);
  const text = await (await call.api()).text(`${await call.formationPath('logs')}?${query.toString()}`);
  if (text === '') call.output.talk(noLines(call));
  else printLines(call, text);
}

/** Byte for byte, unless a person looks and has not asked for that. */
function printLines(call: Call, text: string): void {
  const { stdout } = call.terminal;
  if (stdout.isTTY !== true || call.flag('raw')) return call.output.data(text);
  for (const line of text.replace(/\n$/, '').split('\n'))
    for (const part of tidyLogLine(line)) call.output.data(part);
}

/** Words that nobody logged, and a process that has not spoken, are told from an app that says nothing. */
function noLines(call: Call): string {
  const [ps, since, grep] = [call.option('ps'), call.option('since'), call.option('grep')];
  const which = [
    ...(ps === undefined ? [] : [`of ${ps}`]),
    ...(since === undefined ? [] : [`since ${since}`]),
    ...(grep === undefined ? [] : [`with ${JSON.stringify(grep)}`]),
  ];
  return which.length === 0
    ? 'No log lines yet: `deis ps` says what runs, and git push deis master deploys'
    : `No log lines ${which.join(', ')}: \`deis ps\` and \`deis run:list\` name the processes`;
}

/** Ctrl-C is how it ends well. */
async function follow(call: Call, path: string): Promise<void> {
  const stopped = new AbortController();
  const stopListening = call.terminal.onInterrupt(() => stopped.abort());
  try {
    const response = await (
      await call.api()
    ).open('GET', path, { headers: { Accept: 'text/event-stream' }, signal: stopped.signal });
    for await (const { event, data } of readServerEvents(response)) {
      if (event === 'error') throw new CliError(messageOf(data as Problem), exitCodes.failed);
      if (event === 'line') printLines(call, `${String(data['text'] ?? '')}\n`);
    }
  } catch (error) {
    if (stopped.signal.aborted) return;
    if (error instanceof CliError) throw error;
    throw new CliError(
      'the connection to the controller broke: lines may be missing from here on',
      exitCodes.unreachable,
      { cause: error },
    );
  } finally {
    stopListening();
  }
  if (!stopped.signal.aborted)
    throw new CliError(
      'the controller ended the stream: lines may be missing from here on',
      exitCodes.unreachable,
    );
}

/** @throws CliError (usage) for what is no time */
function moment(text: string, now: number): string {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const at =
    count !== undefined && unit !== undefined ? now - Number(count) * unitMs[unit]! : Date.parse(text);
  if (Number.isNaN(at))
    throw usageError(
      `--since=${text} is not a valid time: expected e.g. 10m, 2h, 1d or 2026-11-21T12:00:00Z`,
    );
  return new Date(at).toISOString();
}
