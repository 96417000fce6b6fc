import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import type { GivenRun } from '../../api/app/run-requests.js';
import { runInTerminal, type RunListener } from '../../api/run-socket.js';
import { strictDocument, withStrictStyles } from './strict-document.js';

/** Lines that can be scrolled back to. */
const scrollback = 5_000;
const looks = {
  fontFamily: 'ui-monospace, monospace',
  fontSize: 14,
  scrollback,
  screenReaderMode: true,
  theme: { background: '#0e1116', foreground: '#e6e9ee' },
} as const;

/** What is run, and who hears how it ends. */
export interface TerminalRun extends GivenRun, Omit<RunListener, 'onOutput'> {
  readonly formation: string;
  /** Shift and Escape: the keyboard is the page's again. */
  readonly onLeave: () => void;
}

/** Runs a command in a terminal within `host`, until it ends or the function that it returns is called. */
export function openTerminal(host: HTMLElement, run: TerminalRun): () => void {
  const { document: strict, drop } = strictDocument();
  const terminal = new Terminal({
    documentOverride: strict,
    ...looks,
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  withStrictStyles(strict, () => terminal.open(host));
  fit.fit();
  const { rows, cols: columns } = terminal;
  const running = runInTerminal(
    run.formation,
    { command: run.command, env: run.env, size: { rows, columns } },
    {
      onOutput: (bytes) => terminal.write(bytes),
      // What was written last is seen, too.
      onExit: (code) => terminal.write('', () => run.onExit(code)),
      onFailed: run.onFailed,
    },
  );
  const encoder = new TextEncoder();
  terminal.onData((text) => running.type(encoder.encode(text)));
  terminal.onBinary((text) => running.type(Uint8Array.from(text, (each) => each.charCodeAt(0))));
  terminal.onResize(({ rows: high, cols: wide }) => running.resize({ rows: high, columns: wide }));
  terminal.attachCustomKeyEventHandler((event) => {
    if (event.key !== 'Escape' || !event.shiftKey) return true;
    if (event.type === 'keydown') run.onLeave();
    return false;
  });
  const sizes = new ResizeObserver(() => fit.fit());
  sizes.observe(host);
  terminal.focus();
  return () => {
    sizes.disconnect();
    running.end();
    terminal.dispose();
    drop();
  };
}
