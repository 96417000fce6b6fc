import assert from 'node:assert/strict';
import { productFolders, sourceFiles } from '../support/source/source-imports.js';
import { unboundedWaits } from '../support/source/unbounded-waits.js';

const ofAPerson = "a person's program on a person's terminal: it ends when they end it";

/**
 * The rule. (1) A call that waits for something outside of this process names its limit among its arguments: a
 * signal, a timeout or a deadline; see `waiters` in unbounded-waits.ts. (2) A promise that is made by hand sets a
 * timer, hears an abort or makes such a limited call within. (What takes a `deadlineMs` that is not optional, as
 * `waitUntil` and all SSH calls do, the compiler asks for.)
 *
 * Exceptions: `file: what it calls` -> why it cannot wait for ever.
 */
const bounded: Readonly<Record<string, string>> = {
  'cli/actions/app/edit-config.ts: new Promise in runEditor': ofAPerson,
  'cli/actions/app/edit-config.ts: spawn': ofAPerson,
  'cli/plugins.ts: new Promise in runPlugin': ofAPerson,
  'cli/plugins.ts: spawn': ofAPerson,
  'cli/actions/app/open-app.ts: spawn': 'nothing waits for it: detached',
  'cli/actions/app/push-archive.ts: new Promise in push':
    'git push shows what it does, the endpoint speaks every 5 s and ends what is idle; Ctrl-C ends it',
  'cli/actions/app/push-archive.ts: pipeline':
    'reads an archive from a disk, or from whoever writes to standard input',
  'cli/actions/app/push-archive.ts: spawn': 'see its promise',
  'cli/actions/app/run-session.ts: new Promise in connect':
    'its socket has a handshakeTimeout, and an error afterwards rejects',
  'cli/actions/app/run-session.ts: new Promise in relayInput':
    'called back when the socket takes it or ends; a silent one is ended by `hear`',
  'cli/terminal/terminal.ts: new Promise in ask': 'asks a person',
  'dashboard/api/run-socket.ts: WebSocket':
    'a timer ends one that does not open; then a person at a terminal ends it, or the controller, which pings',
  'provisioner/converge/node-session.ts: new Promise in #ended':
    'the end of a turn: `whileWaitingFor` sets its timer before it waits',
  'provisioner/node-commands/backends.ts: new Promise in constructor':
    'raced against its command, which has a deadline',
  'provisioner/images/host/as-root.ts: execa': 'passes the options of `asRoot` on, whose callers are asked',
  'provisioner/images/import-image.ts: new Promise in importImage': "the engine's connection has a timeout",
  'provisioner/images/preload-stack.ts: pipeline': 'ends with its container, which has a deadline',
  'provisioner/ssh/node-ssh-connection.ts: new Promise in constructor':
    'tells that a connection has closed; who awaits it also has a deadline',
  'provisioner/ssh/kept-transport.ts: new Promise in constructor': 'the same, of one of its users',
  'provisioner/ssh/recording-transport.ts: new Promise in constructor': 'the same, of nodes on paper',
  'provisioner/ssh/node-ssh-transport.ts: connectSocket':
    'the readyTimeout of its client counts from before the connect',
  'provisioner/ssh/read-host-key.ts: connect':
    'the readyTimeout of its client counts from before the connect',
  'quickstart/controller/background-controller.ts: spawn': 'waitUntil asks whether it answers, or has ended',
  'quickstart/controller/publish.ts: connect': 'forwards for as long as both ends are open',
  'quickstart/controller/publish.ts: spawn': 'waitUntil asks whether it answers, or has ended',
  'server/api/auth/authenticator.ts: new Promise in #run':
    'waits for the database alone, whose statements have a limit',
  'server/api/replies/run-session.ts: new Promise in constructor': '`start` races it against a limit',
  'server/drains/syslog-sink.ts: connectTcp': '`send` ends the socket after its limit, and silence ends it',
  'server/drains/syslog-sink.ts: connectTls': 'the same',
  'server/drains/syslog-sink.ts: new Promise in delivered': 'the same: a socket that ends closes',
  'server/data-directory.ts: spawn': 'flock waits 2 s, and `open` races its answer against a limit',
  'server/free-port.ts: new Promise in listenOnce': 'the kernel answers a listen at once',
  'server/git/git-server.ts: once': 'the kernel answers a listen at once',
  'server/listen/http-listener.ts: once':
    'the kernel answers a listen at once; `close` cuts the connections after its grace',
  'server/log/log-server.ts: connect': '`answersAt` waits for it half a second',
  'server/log/log-server.ts: spawn':
    '`start` asks with a deadline whether it listens, and `stop` kills it after one',
  'server/slug/send-file.ts: new Promise in write':
    'an answer over which nothing goes for stallMs is closed, and that ends it',
  'server/slug/slug-server.ts: once':
    'the kernel answers a listen at once; `close` cuts the connections after its grace',
  'server/git/repository/git-program.ts: spawn':
    'started for `serve-git.ts` and for streams with a signal, which end it',
  'server/git/serve-git.ts: once':
    'a channel over which nothing goes is closed after idleMs, and that ends git',
  'server/blobs/durable-file.ts: pipeline':
    'its source ends: the output of a child with a timeout, or of a build with a deadline',
};

/** What the rule must see, and what it must let pass. */
const samples = `
  import { once } from 'node:events';
  import { connect as dial } from 'node:net';
  import Docker from 'dockerode';
  import pg from 'pg';
  async function bad() {
    await fetch('http://x');
    await once(server, 'close');
    dial(80, 'x');
    new Docker();
    new pg.Client({});
    await new Promise((resolve) => server.on('x', resolve));
  }
  async function good(signal) {
    await fetch('http://x', { signal });
    await once(server, 'close', { signal });
    dial({ port: 80, timeout: 1 });
    new Docker({ timeout: 1 });
    new pg.Client({ connectionTimeoutMillis: 1 });
    await new Promise((resolve) => setTimeout(resolve, 1));
  }`;

describe('waits', () => {
  const found = productFolders
    .flatMap((folder) => sourceFiles(folder))
    .flatMap(({ path }) => unboundedWaits(path));

  it('for what is outside of the process have a limit, or a reason why they end', () => {
    assert.deepEqual(
      found.filter((wait) => !(wait in bounded)),
      [],
    );
  });

  it('are seen by the rule in each of their forms', () => {
    const seen = ['fetch', 'once', 'dial', 'Docker', 'pg.Client', 'new Promise in bad'];
    assert.deepEqual(
      unboundedWaits('x.ts', samples),
      seen.map((call) => `x.ts: ${call}`),
    );
  });

  it('have no exception that nothing needs', () => {
    assert.deepEqual(
      Object.keys(bounded).filter((wait) => !found.includes(wait)),
      [],
    );
  });
});
