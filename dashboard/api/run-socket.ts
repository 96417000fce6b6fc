import type { GivenRun } from './app/run-requests.js';

/** Milliseconds in which the connection must have opened. */
const openMs = 15_000;

/** Rows and columns of a terminal. */
export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

/** What is heard of a command that runs. */
export interface RunListener {
  readonly onOutput: (bytes: Uint8Array) => void;
  /** It has ended by itself. */
  readonly onExit: (code: number) => void;
  /** It did not run to its end; why, to people. */
  readonly onFailed: (why: string) => void;
}

/** A command that runs, and what is typed to it. */
export interface RunningCommand {
  readonly type: (bytes: Uint8Array<ArrayBuffer>) => void;
  readonly resize: (size: TerminalSize) => void;
  /** Ends it with its container; nothing is heard of it any more. */
  readonly end: () => void;
}

/** Runs a command in a terminal, over the WebSocket that `deis run` uses. */
export function runInTerminal(
  formation: string,
  request: GivenRun & { readonly size: TerminalSize },
  listener: RunListener,
): RunningCommand {
  const path = `/api/formations/${encodeURIComponent(formation)}/run?protocol=1`;
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}${path}`);
  socket.binaryType = 'arraybuffer';
  let isOpened = false;
  let isOver = false;
  const opening = window.setTimeout(() => over(() => listener.onFailed(unopened)), openMs);
  const over = (say: () => void): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(opening);
    say();
    socket.close();
  };
  const say = (message: object): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };
  socket.onopen = () => {
    isOpened = true;
    clearTimeout(opening);
    const { command, env, size } = request;
    say({ command, env, terminal: { ...size, term: 'xterm-256color' } });
  };
  socket.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
    // The first byte says which stream it is; a terminal shows both.
    if (typeof data !== 'string') return isOver || listener.onOutput(new Uint8Array(data, 1));
    over(() => tellEnd(data, listener));
  };
  socket.onclose = () => over(() => listener.onFailed(isOpened ? cut : unopened));
  return {
    type: (bytes) => socket.readyState === WebSocket.OPEN && socket.send(bytes),
    resize: (resize) => say({ resize }),
    end: () => over(() => undefined),
  };
}

/** The controller's last word: `{exit}` or `{error}`. */
function tellEnd(text: string, { onExit, onFailed }: RunListener): void {
  const { exit, error } = JSON.parse(text) as { exit?: number; error?: { detail?: string } };
  if (exit === undefined) onFailed(error?.detail ?? 'It failed.');
  else onExit(exit);
}

const cut = 'The connection broke before the command had ended: its container is removed.';
const unopened =
  'The controller opened no WebSocket. A proxy in front must let Upgrade through; deis run works without a browser.';
