import { randomInt } from 'node:crypto';
import { execa } from 'execa';
import { waitUntil } from '../../../base/wait-until.js';

/** Something with a link-local address behind this machine, as a cloud's metadata is: a container on a wire. */
export class LinkLocalHost {
  readonly port = 8080;

  private constructor(
    readonly address: string,
    private readonly container: string,
  ) {}

  static async start(instance: string): Promise<LinkLocalHost> {
    const block = `169.254.${randomInt(100, 160)}`;
    const [here, there] = [`${block}.1`, `${block}.2`];
    const answer =
      'import http.server as h\nclass A(h.BaseHTTPRequestHandler):\n' +
      " def do_GET(s): s.send_response(200); s.end_headers(); s.wfile.write(b'link-local')\n" +
      "h.HTTPServer(('0.0.0.0', 8080), A).serve_forever()";
    const container = `deis-${instance}-link-local`;
    const labels = ['--label', `deis.instance=${instance}`, '--label', 'deis.kind=metadata'];
    await execa('docker', [
      ...['run', '-d', '--name', container, ...labels, '--network', 'none'],
      ...['deis/stack:bookworm', 'python3', '-c', answer],
    ]);
    const { stdout: pid } = await execa('docker', ['inspect', '-f', '{{.State.Pid}}', container]);
    const [outer, inner] = [`dll${instance.slice(0, 6)}`, `dli${instance.slice(0, 6)}`];
    const ip = (...args: string[]) => execa('ip', args);
    const within = (...args: string[]) => execa('nsenter', ['-t', pid, '-n', 'ip', ...args]);
    await ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', inner);
    await ip('link', 'set', inner, 'netns', pid);
    await ip('addr', 'add', `${here}/30`, 'dev', outer);
    await ip('link', 'set', outer, 'up');
    await within('addr', 'add', `${there}/30`, 'dev', inner);
    await within('link', 'set', inner, 'up');
    await within('route', 'add', 'default', 'via', here);
    const host = new LinkLocalHost(there, container);
    await waitUntil(() => host.#answers(), {
      deadlineMs: 20_000,
      intervalMs: 100,
      what: 'the link-local host',
    });
    return host;
  }

  /** The wire goes with it. */
  async stop(): Promise<void> {
    await execa('docker', ['rm', '-f', this.container]);
  }

  async #answers(): Promise<true | undefined> {
    return fetch(`http://${this.address}:${this.port}/`, { signal: AbortSignal.timeout(1000) }).then(
      () => true,
      () => undefined,
    );
  }
}
