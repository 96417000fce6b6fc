import type { BackendAnswer, BackendPlace } from '../../../provisioner/node-commands/backends.js';
import type { PaperNode } from '../../../provisioner/paper/paper-node.js';

/** What proxies see of new containers of machines that exist in memory: all is well unless told. */
export class FakeBackends {
  /** `PROXY ADDRESS`: where another machine answers a proxy, as if it were the app. */
  readonly strangers = new Set<string>();
  /** What containers answer a proxy that asks for a path. */
  status: (proxy: string, place: BackendPlace, path: string) => number = () => 200;
  /** Every question to a container. */
  readonly asked: { readonly proxy: string; readonly path: string | null; readonly port: number }[] = [];
  readonly #isOpen: (proxy: string, place: BackendPlace) => boolean;

  constructor(isOpen: (proxy: string, place: BackendPlace) => boolean) {
    this.#isOpen = isOpen;
  }

  /** Of one node, as a proxy and as what runs containers. */
  of(node: string): Required<Pick<PaperNode, 'answer' | 'isCalled'>> {
    return {
      answer: (place, path) => this.#answer(node, place, path),
      isCalled: (container, origin) => {
        const [proxy = '', address = '', port = ''] = origin.split(' ');
        return !this.strangers.has(`${proxy} ${address}`) && container.endsWith(`-${port}`);
      },
    };
  }

  #answer(proxy: string, place: BackendPlace, path: string | null): BackendAnswer {
    const { address, port } = place;
    this.asked.push({ proxy, path, port });
    if (!this.strangers.has(`${proxy} ${address}`) && !this.#isOpen(proxy, place))
      return { connects: false, status: null, problem: 'connection refused', origin: null };
    const status = path === null ? null : this.status(proxy, place, path);
    return { connects: true, status, problem: null, origin: `${proxy} ${address} ${port}` };
  }
}
