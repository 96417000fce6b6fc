import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Resource } from '../../../cookbooks/resource.js';
import { compileProgram } from '../../../provisioner/converge/compile-program.js';
import { parseReportLine } from '../../../provisioner/converge/report/report.js';
import type { ReportEvent } from '../../../provisioner/converge/report/report.js';

type EndEvent = Extract<ReportEvent, { event: 'end' }>;

export interface ShellRun {
  readonly exitCode: number | null;
  readonly events: readonly ReportEvent[];
  /** `file[/x] changed`, in the order of their ends. */
  readonly results: readonly string[];
  readonly ends: readonly EndEvent[];
  readonly output: string;
  readonly stderr: string;
}

/** A folder in which compiled programs run under the real sh, with a state directory of their own. */
export class ShellSandbox {
  readonly root = mkdtempSync(join(tmpdir(), 'deis-program-'));
  readonly owner = userInfo().username;
  readonly group = spawnSync('id', ['-gn'], { encoding: 'utf8' }).stdout.trim();

  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  /** What a program runs with: a state directory of its own, and no pause between attempts. */
  environment(): Record<string, string> {
    return { DEIS_STATE_DIR: this.path('state'), DEIS_RETRY_SECONDS: '0' };
  }

  /**
   * Compiles and runs; the program comes from stdin, so that one that is too long for an argument runs too.
   */
  run(resources: readonly Resource[], options: { whyRun?: boolean } = {}): ShellRun {
    const text = compileProgram(resources, { generation: 1, whyRun: options.whyRun ?? false }).reveal();
    return this.runText(text);
  }

  runText(text: string): ShellRun {
    const { status, stdout, stderr } = spawnSync('sh', ['-s'], {
      input: text,
      encoding: 'utf8',
      env: this.environment(),
      maxBuffer: 1 << 26,
      timeout: 20_000,
    });
    const events = stdout
      .split('\n')
      .filter((line) => line !== '')
      .map(parseReportLine);
    const ends = events.filter((event) => event.event === 'end');
    return {
      exitCode: status,
      events,
      ends,
      results: ends.map((end) => `${end.resource.replaceAll(this.root, '')} ${end.result}`),
      output: stdout,
      stderr,
    };
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
