// The hooks of a push, `pre-receive` and `proc-receive` (githooks(5)). File descriptor 3, inherited through
// git, leads to the controller: one JSON object a line each way. What this hook does not hear from the
// controller is a refusal, so that nothing is accepted when the controller goes away. Plain JavaScript: git
// starts it, without any loader.
import { spawnSync } from 'node:child_process';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';

const hook = process.argv[2];
const gone = 'the controller went away; what it has begun goes on when it is back: push again to follow it';

/** Characters of a failed deploy's reason that git repeats behind the name of the branch. */
const maxReason = 80;

/** Takes `length` bytes, then pkt-lines, from a stream (gitprotocol-common(5)). */
class PacketReader {
  #chunks;
  #buffer = Buffer.alloc(0);

  constructor(stream) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  async #take(length) {
    while (this.#buffer.length < length) {
      const { value, done } = await this.#chunks.next();
      if (done) throw new Error('git went away');
      this.#buffer = Buffer.concat([this.#buffer, value]);
    }
    const taken = this.#buffer.subarray(0, length);
    this.#buffer = this.#buffer.subarray(length);
    return taken;
  }

  /** Lines up to the next flush packet. */
  async untilFlush() {
    const lines = [];
    for (;;) {
      const length = Number.parseInt((await this.#take(4)).toString(), 16);
      if (length === 0) return lines;
      lines.push((await this.#take(length - 4)).toString().replace(/\n$/, ''));
    }
  }
}

function packet(text) {
  return Buffer.byteLength(text) === 0
    ? '0000'
    : (Buffer.byteLength(text) + 4).toString(16).padStart(4, '0') + text;
}

function parseUpdate(line) {
  const [old, next, ...ref] = line.split(' ');
  return { old, new: next, ref: ref.join(' ') };
}

async function readPreReceive() {
  const updates = [];
  for await (const line of createInterface({ input: process.stdin })) updates.push(parseUpdate(line));
  return { updates, options: [], newCommits: countNewCommits(updates) };
}

/**
 * How many commits come with the push that no branch here has; null when their history has a gap, which git
 * names in words of its own alone.
 */
function countNewCommits(updates) {
  const pushed = updates.map((update) => update.new).filter((id) => !/^0+$/.test(id));
  const { error, status, stdout } = spawnSync(
    'git',
    ['rev-list', '--count', '--stdin', '--not', '--branches'],
    {
      input: pushed.map((id) => `${id}\n`).join(''),
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  );
  if (error !== undefined) throw error;
  return status === 0 ? Number(stdout) : null;
}

async function readProcReceive() {
  const reader = new PacketReader(process.stdin);
  const [greeting = ''] = await reader.untilFlush();
  const [version, features = ''] = greeting.split('\0');
  if (version !== 'version=1') throw new Error(`git speaks ${version} to proc-receive, not version=1`);
  const withOptions = features.split(' ').includes('push-options');
  process.stdout.write(packet(`version=1\0${withOptions ? 'push-options' : ''}`) + packet(''));
  const updates = (await reader.untilFlush()).map(parseUpdate);
  return { updates, options: withOptions ? await reader.untilFlush() : [] };
}

/** The controller's verdict; its lines go to the pusher meanwhile. */
async function ask(request) {
  const line = new Socket({ fd: 3 });
  line.on('error', () => line.destroy());
  line.write(`${JSON.stringify({ hook, ...request })}\n`);
  for await (const text of createInterface({ input: line })) {
    const message = JSON.parse(text);
    if (message.line !== undefined) process.stderr.write(`${message.line}\n`);
    else return message;
  }
  return { refuse: gone };
}

/** Above git's own line the pusher has read all of a deploy that failed. */
function beginningOf({ operation }, refusal) {
  const [line] = refusal.split('\n');
  return operation === undefined || line.length <= maxReason
    ? line
    : `${line.slice(0, maxReason).replace(/\s+\S*$/, '')} ...`;
}

function end(code) {
  process.stdout.write('', () => process.exit(code));
}

process.on('uncaughtException', (error) => {
  process.stderr.write(`push refused: ${error.message}\n`);
  process.exit(1);
});
const request = hook === 'proc-receive' ? await readProcReceive() : await readPreReceive();
const verdict = await ask(request);
const refusal = verdict.accept === true ? undefined : String(verdict.refuse ?? gone);
if (hook === 'proc-receive') {
  for (const { ref } of request.updates)
    process.stdout.write(
      packet(refusal === undefined ? `ok ${ref}\n` : `ng ${ref} ${beginningOf(verdict, refusal)}\n`),
    );
  process.stdout.write(packet(''));
  end(0);
} else {
  if (refusal !== undefined) process.stderr.write(`${refusal}\n`);
  end(refusal === undefined ? 0 : 1);
}
