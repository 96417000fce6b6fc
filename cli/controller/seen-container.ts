/** What a node was last seen to do with a container. */
export interface SeenContainer {
  readonly state: 'up' | 'crashing' | 'stopped' | 'missing' | 'unreachable';
  readonly restarts: number;
  readonly exit_code: number | null;
  readonly out_of_memory: boolean;
  readonly since: string;
  readonly at: string;
}
