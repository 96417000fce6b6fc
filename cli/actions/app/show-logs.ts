import type { Call } from '../../call.js';
import { CliError, exitCodes, usageError } from '../../terminal/errors.js';
import { integerOption } from '../../terminal/input/option-values.js';
import type { Problem } from '../../controller/api-types.js';
import { messageOf } from '../../controller/problem.js';
import { readServerEvents } from '../../controller/server-events.js';
import { moment } from '../../terminal/moment.js';
import { tidyLogLine } from '../../terminal/tidy-log-line.js';

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
  const ps = processOf(call);
  if (ps !== undefined) query.set('ps', ps);
  for (const name of ['grep', 'source'] as const) {
    const value = call.option(name);
    if (value !== undefined) query.set(name, value);
  }
  for (const name of ['since', 'until'] as const) {
    const value = call.option(name);
    if (value !== undefined) query.set(name, moment(name, value, Date.now()));
  }
  if (call.flag('tail') && query.has('until'))
    throw usageError('--tail and --until exclude each other: lines that come are later than that');
  if (call.flag('tail'))
    return follow(call, `${await call.formationPath('logs', 'follow')}?${query.toString()}`);
  const text = await (await call.api()).text(`${await call.formationPath('logs')}?${query.toString()}`);
  if (text === '') call.output.talk(noLines(call));
  else printLines(call, text);
}

/** `deis logs web` is `deis logs --ps=web`. @throws CliError (usage) for both at once */
function processOf(call: Call): string | undefined {
  const [named] = call.args;
  const option = call.option('ps');
  if (named === undefined || option === undefined) return named ?? option;
  throw usageError(`${JSON.stringify(named)} and --ps=${option} are one process too many: name one of them`);
}

/** What the controller itself has to say, which is no line of the app's or about it. */
const noteForm = /^\S+ deis\[controller\]: /;

/** Byte for byte, unless a person looks and has not asked for that; notes of the controller apart, to stderr. */
function printLines(call: Call, text: string): void {
  const { stdout } = call.terminal;
  const isExact = stdout.isTTY !== true || call.flag('raw');
  const lines = text.replace(/\n$/, '').split('\n');
  const notes = lines.filter((line) => noteForm.test(line));
  for (const note of notes) call.output.talk(tidyLogLine(note).join(' '));
  if (isExact && notes.length === 0) return call.output.data(text);
  for (const line of lines.filter((each) => !noteForm.test(each)))
    for (const part of isExact ? [line] : tidyLogLine(line)) call.output.data(part);
}

/** Words that nobody logged, and a process that has not spoken, are told from an app that says nothing. */
function noLines(call: Call): string {
  const [ps, since, until] = [processOf(call), call.option('since'), call.option('until')];
  const [grep, source] = [call.option('grep'), call.option('source')];
  const which = [
    ...(ps === undefined ? [] : [`of ${ps}`]),
    ...(since === undefined ? [] : [`since ${since}`]),
    ...(until === undefined ? [] : [`until ${until}`]),
    ...(source === undefined ? [] : [`from ${source}`]),
    ...(grep === undefined ? [] : [`with ${JSON.stringify(grep)}`]),
  ];
  return which.length === 0
    ? 'No log lines yet: `deis ps` says what runs, and git push deis HEAD:master deploys'
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
