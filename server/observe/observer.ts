/** An operation that a worker begins, or has ended. */
export interface OperationSeen {
  readonly id: string;
  readonly kind: string;
  readonly formation: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** Absent when it begins. */
  readonly end?: {
    /** As recorded; `handed over`: another worker goes on. */
    readonly outcome: object | 'handed over';
    readonly ms: number;
  };
}

/** A step of an operation that has ended. */
export interface StepSeen {
  readonly operation: string;
  readonly kind: string;
  readonly step: string;
  readonly ok: boolean;
  readonly ms: number;
}

/** A converge of a formation's nodes that has ended. */
export interface ConvergeSeen {
  readonly formation: string;
  readonly generation: number;
  readonly action: string;
  readonly nodes: readonly {
    readonly node: string;
    readonly outcome: string;
    readonly changed: number;
    readonly ms: number;
  }[];
}

/** A request to the HTTP API that was answered, or whose caller went away. */
export interface RequestSeen {
  readonly id: string;
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  /** The path's pattern in the table of routes, `/api/formations/:formation`; `none` where it is in none. */
  readonly route: string;
  /** Of answers that go on until one side ends them: events and WebSockets. */
  readonly isStream: boolean;
  readonly status: number;
  readonly ms: number;
}

/** A transfer of git, a push or a fetch, that has ended. */
export interface TransferSeen {
  readonly service: string;
  readonly ok: boolean;
  readonly ms: number;
}

/** A download of a slug or an image that was answered, or whose caller went away. */
export interface DownloadSeen {
  readonly status: number;
}

/** What somebody who watches the controller's work wants to hear; absent: nothing of that. */
export interface Watcher {
  readonly onOperation?: (seen: OperationSeen) => void;
  readonly onStep?: (seen: StepSeen) => void;
  readonly onConverge?: (seen: ConvergeSeen) => void;
  readonly onRequest?: (seen: RequestSeen) => void;
  readonly onTransfer?: (seen: TransferSeen) => void;
  readonly onDownload?: (seen: DownloadSeen) => void;
}

/** Hears of a watcher that threw. */
export type OnTrouble = (error: unknown, what: keyof Watcher) => void;

/**
 * Tells watchers what the controller does: metrics, logs, webhooks. Without watchers it does nothing. It never
 * throws and never waits: a watcher that fails harms neither the work nor the other watchers.
 */
export class Observer implements Required<Watcher> {
  constructor(
    private readonly watchers: readonly Watcher[] = [],
    private readonly onTrouble: OnTrouble = () => undefined,
  ) {}

  readonly onOperation = (seen: OperationSeen): void =>
    this.#tell('onOperation', (watcher) => watcher.onOperation?.(seen));
  readonly onStep = (seen: StepSeen): void => this.#tell('onStep', (watcher) => watcher.onStep?.(seen));
  readonly onConverge = (seen: ConvergeSeen): void =>
    this.#tell('onConverge', (watcher) => watcher.onConverge?.(seen));
  readonly onRequest = (seen: RequestSeen): void =>
    this.#tell('onRequest', (watcher) => watcher.onRequest?.(seen));
  readonly onTransfer = (seen: TransferSeen): void =>
    this.#tell('onTransfer', (watcher) => watcher.onTransfer?.(seen));
  readonly onDownload = (seen: DownloadSeen): void =>
    this.#tell('onDownload', (watcher) => watcher.onDownload?.(seen));

  #tell(what: keyof Watcher, tell: (watcher: Watcher) => unknown): void {
    for (const watcher of this.watchers) {
      try {
        // A watcher may be an async function all the same: its rejection is nobody else's.
        void Promise.resolve(tell(watcher)).catch((error: unknown) => this.#trouble(error, what));
      } catch (error) {
        this.#trouble(error, what);
      }
    }
  }

  #trouble(error: unknown, what: keyof Watcher): void {
    try {
      this.onTrouble(error, what);
    } catch {
      // There is nobody left to tell.
    }
  }
}
