import type {
  UpgradeCommands,
  UpgradeEnd,
  UpgradeState,
} from '../../../provisioner/node-commands/upgrades.js';
import { nothingNew } from '../../../provisioner/paper/paper-node.js';

/** New packages for machines that exist in memory. */
export class FakeUpgrades {
  /** `app-runtime-1 look ID`, `app-proxy-1 leave`, `app-proxy-1 stay`, `app-runtime-1 reboot`, in order. */
  readonly calls: string[] = [];
  /** How each ends; default: well, with nothing new. */
  end: Partial<UpgradeEnd> = {};
  /** Asked with each look; a state is the answer instead of the end, what it throws as well. */
  onLook: (node: string) => UpgradeState | undefined = () => undefined;
  /** Called when a proxy is told that it is about to go; what it throws is how that ends. */
  onLeave: (node: string) => void = () => undefined;
  #boots = 0;

  /** A proxy is told that it is about to go, or that it stays. */
  leaving(node: string, isLeaving: boolean): void {
    this.calls.push(`${node} ${isLeaving ? 'leave' : 'stay'}`);
    if (isLeaving) this.onLeave(node);
  }

  of(node: string): UpgradeCommands {
    return {
      look: async (run) => {
        this.calls.push(`${node} look ${run}`);
        return this.onLook(node) ?? { state: 'ended', ...nothingNew, ...this.end };
      },
      boot: async () => `boot ${this.#boots}`,
      reboot: async () => {
        this.calls.push(`${node} reboot`);
        this.#boots += 1;
      },
    };
  }
}
