import { WebSocket, type RawData } from 'ws';
import type { Problem } from '../../controller/api-types.js';
import type { Call } from '../../call.js';
import { CliError, exitCodes, type ExitCode } from '../../terminal/errors.js';
import { messageOf, readProblem, unreachable } from '../../controller/problem.js';
import type { TerminalInput } from '../../terminal/terminal.js';
import { userAgent } from '../../terminal/version.js';

/** The controller pings every 15 s. */
const silentMs = 60_000;
/** First byte of a binary message: which stream its rest belongs to. */
const streams: Readonly<Record<number, 'stdout' | 'stderr'>> = { 1: 'stdout', 2: 'stderr' };

/**
 * A command with input, over a WebSocket to the API: what is typed or piped goes there, what it writes comes
 * back byte for byte, a terminal's size and the signals that reach this process follow. Resolves to its exit
 * code.
 */
export async function runSession(
  call: Call,
  request: { readonly command: string; readonly env: Readonly<Record<string, string>> },
  asTerminal: boolean,
): Promise<number> {
  const { keyboard } = call.terminal;
  const socket = await connect(call);
  const undo: (() => void)[] = [];
  try {
    const ended = hear(call, socket);
    const say = (message: object): void =>
      socket.readyState === WebSocket.OPEN ? socket.send(JSON.stringify(message)) : undefined;
    say({
      ...request,
      terminal: asTerminal
        ? { ...(keyboard.size() ?? { rows: 24, columns: 80 }), term: call.terminal.env['TERM'] ?? 'xterm' }
        : null,
    });
    undo.push(
      relayInput(call, socket, say, asTerminal),
      call.terminal.onInterrupt(interrupt(socket, say)),
      keyboard.onTerminate(() => say({ signal: 'TERM' })),
    );
    return await ended;
  } finally {
    for (const each of undo) each();
    socket.close();
  }
}

/** Reads no further than the connection takes: input may be larger than memory. */
function relayInput(
  call: Call,
  socket: WebSocket,
  say: (message: object) => void,
  asTerminal: boolean,
): () => void {
  const input: TerminalInput = call.terminal.keyboard;
  const stopReading = input.read({
    raw: asTerminal,
    onData: (chunk) =>
      new Promise((taken) =>
        // Called back with an error, too, when the connection ends meanwhile: that is told by its end.
        socket.readyState === WebSocket.OPEN ? socket.send(chunk, { binary: true }, () => taken()) : taken(),
      ),
    onEnd: (error) => {
      if (error !== undefined) call.output.warn(`standard input cannot be read: ${error.message}`);
      say({ eof: true });
    },
  });
  const stopSizing = asTerminal ? input.onResize((resize) => say({ resize })) : (): void => undefined;
  return () => {
    stopReading();
    stopSizing();
  };
}

/**
 * The first Ctrl-C is the command's, a second one ends the session. (In a terminal it is but a byte of the
 * input.)
 */
function interrupt(socket: WebSocket, say: (message: object) => void): () => void {
  let times = 0;
  return () => {
    times += 1;
    if (times === 1) say({ signal: 'INT' });
    else socket.close();
  };
}

async function connect(call: Call): Promise<WebSocket> {
  const { controller, token } = await call.profile();
  const url = new URL(`${controller}${await call.formationPath('run')}?protocol=1`);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(url, {
    headers: { Authorization: `token ${token}`, 'User-Agent': userAgent() },
    followRedirects: false,
    handshakeTimeout: 30_000,
  });
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket));
    socket.once('error', (error) => reject(unreachable(controller, error)));
    socket.once('unexpected-response', (_request, response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on(
        'end',
        () =>
          void readProblem(new Response(Buffer.concat(chunks), { status: response.statusCode ?? 500 })).then(
            reject,
          ),
      );
    });
  });
}

function hear(call: Call, socket: WebSocket): Promise<number> {
  return new Promise((resolve, reject) => {
    // A controller whose host went away closes nothing.
    const silence = setTimeout(() => socket.terminate(), silentMs);
    for (const sign of ['ping', 'message'] as const) socket.on(sign, () => silence.refresh());
    socket.on('close', () => clearTimeout(silence));
    socket.on('message', (data: RawData, isBinary: boolean) => {
      const bytes = data as Buffer;
      if (isBinary) return call.output.bytes(streams[bytes[0] ?? 0] ?? 'stdout', bytes.subarray(1));
      const message = JSON.parse(bytes.toString('utf8')) as {
        readonly exit?: number;
        readonly error?: Problem & { readonly status?: number };
      };
      if (message.error !== undefined) reject(new CliError(messageOf(message.error), codeOf(message.error)));
      else resolve(message.exit ?? exitCodes.failed);
    });
    socket.on('error', () => undefined);
    socket.on('close', () =>
      reject(
        new CliError(
          'the connection broke before the command had ended: its container is removed',
          exitCodes.failed,
        ),
      ),
    );
  });
}

function codeOf({ status }: { readonly status?: number }): ExitCode {
  return status === 400 ? exitCodes.usage : status === 409 ? exitCodes.conflict : exitCodes.failed;
}
