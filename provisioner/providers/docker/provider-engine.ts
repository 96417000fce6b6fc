import Docker from 'dockerode';

/** Removing a busy node takes tens of seconds. */
const callMs = 120_000;

/**
 * The host's Docker engine, as the provider calls it: a call that the engine leaves unanswered for `timeout`
 * ms fails. Not for calls that stream or wait, such as a build's: those are silent for longer.
 */
export function providerEngine(options: Pick<Docker.DockerOptions, 'socketPath' | 'timeout'> = {}): Docker {
  return new Docker({ timeout: callMs, ...options });
}
