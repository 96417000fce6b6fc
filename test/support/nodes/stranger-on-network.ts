import { execa } from 'execa';
import { labels } from '../../../provisioner/providers/docker/docker-labels.js';

/**
 * Tries to connect to ports and says, as JSON, which let it in. Arguments: address, first port, last port.
 */
const scanner = `
import json, selectors, socket, sys
address, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
def scan(ports):
    chosen, found = selectors.DefaultSelector(), []
    for port in ports:
        one = socket.socket(); one.setblocking(False); one.connect_ex((address, port))
        chosen.register(one, selectors.EVENT_WRITE, port)
    while True:
        ready = chosen.select(1.0)
        if not ready: break
        for key, _ in ready:
            if key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0: found.append(key.data)
            chosen.unregister(key.fileobj); key.fileobj.close()
    for key in list(chosen.get_map().values()): key.fileobj.close()
    return found
ports = list(range(first, last + 1))
print(json.dumps(sorted(sum((scan(ports[at:at + 8000]) for at in range(0, len(ports), 8000)), []))))
`;

/** Tries one port again and again until its input ends, then says how often, and how often it was let in. */
const watcher = `
import json, select, socket, sys
tries = answered = 0
while not select.select([sys.stdin], [], [], 0.02)[0]:
    tries += 1
    try:
        socket.create_connection((sys.argv[1], int(sys.argv[2])), 0.2).close(); answered += 1
    except OSError: pass
print(json.dumps({"tries": tries, "answered": answered}))
`;

/** A machine on the nodes' network that belongs to no formation of theirs. */
export class StrangerOnNetwork {
  private constructor(
    private readonly instance: string,
    private readonly image: string,
    private readonly id: string,
  ) {}

  /** @param address on the network; default one that is free */
  static async start(instance: string, image: string, address?: string): Promise<StrangerOnNetwork> {
    const fixed = address === undefined ? [] : ['--ip', address];
    const label = `${labels.instance}=${instance}`;
    const { stdout } = await execa('docker', [
      'run',
      '-d',
      '--init',
      '--label',
      label,
      '--network',
      await networkOf(instance),
      ...fixed,
      '--ulimit',
      'nofile=16384',
      '--entrypoint',
      'sleep',
      image,
      'infinity',
    ]);
    return new StrangerOnNetwork(instance, image, stdout.trim());
  }

  /** One more. */
  another(address: string): Promise<StrangerOnNetwork> {
    return StrangerOnNetwork.start(this.instance, this.image, address);
  }

  network(): Promise<string> {
    return networkOf(this.instance);
  }

  /** Of the ports from first to last, those that let it in, ascending. */
  async openPorts(address: string, first: number, last: number): Promise<number[]> {
    const { stdout } = await execa(
      'docker',
      ['exec', this.id, 'python3', '-c', scanner, address, String(first), String(last)],
      { timeout: 60_000 },
    );
    return JSON.parse(stdout) as number[];
  }

  /** Tries a port some 30 times a second until the end is asked for. */
  watchPort(address: string, port: number): { end(): Promise<{ tries: number; answered: number }> } {
    const watching = execa(
      'docker',
      ['exec', '-i', this.id, 'python3', '-c', watcher, address, String(port)],
      { timeout: 120_000 },
    );
    return {
      end: async () => {
        watching.stdin.end('\n');
        return JSON.parse((await watching).stdout) as { tries: number; answered: number };
      },
    };
  }

  async stop(): Promise<void> {
    await execa('docker', ['rm', '-f', this.id]);
  }
}

async function networkOf(instance: string): Promise<string> {
  const { stdout } = await execa('docker', [
    'network',
    'ls',
    '--filter',
    `label=${labels.instance}=${instance}`,
    '--filter',
    `label=${labels.formation}`,
    '--format',
    '{{.Name}}',
  ]);
  const [name] = stdout.trim().split('\n');
  return name ?? '';
}
