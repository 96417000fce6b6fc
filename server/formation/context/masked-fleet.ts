import type { Databag } from '../../../cookbooks/databag.js';
import { MachineGone, RemoteFailure } from '../../../base/errors.js';
import type {
  ConvergeTarget,
  NodeReport,
  ResourceReport,
  FailedContainer,
} from '../../../provisioner/engine.js';
import type { NodeFleet } from './node-fleet.js';
import { ValueMask } from '../../../base/value-mask.js';

/**
 * The fleet, with what nodes answer masked: what containers, commands and recipes wrote who knew values of
 * config, attributes and private keys. Lines, failures, evidence and plans are made of these reports, and
 * shown to viewers.
 */
export function maskedFleet(fleet: NodeFleet): NodeFleet {
  return {
    check: async (targets, databag) => {
      const mask = maskOf(targets, databag);
      return (await fleet.check(targets, databag)).map((report) => maskReport(mask, report));
    },
    converge: async (targets, databag, options) => {
      const mask = maskOf(targets, databag);
      return (await fleet.converge(targets, databag, options)).map((report) => maskReport(mask, report));
    },
    probe: (...request) => fleet.probe(...request),
    commands: (...request) => fleet.commands(...request),
    close: () => fleet.close(),
  };
}

function maskOf(targets: readonly ConvergeTarget[], databag: Databag): ValueMask {
  return new ValueMask([...valuesOf(databag), ...targets.flatMap(attributesOf)]);
}

function valuesOf({ release, releases, proxy }: Databag): string[] {
  const configs = [...(release === null ? [] : [release]), ...Object.values(releases)].map(
    ({ config = {} }) => config,
  );
  return [
    ...configs.flatMap((config) => Object.values(config)),
    ...proxy.certs.flatMap(({ key }) => key ?? []),
  ];
}

function attributesOf({ node: { attributes } }: ConvergeTarget): string[] {
  return textsIn(attributes);
}

/** Names are no secrets; of numbers the long ones may be. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/**
 * The engine cuts long texts at their beginning, and docker's logs below the headline. Names of resources
 * stay: others are found by them.
 */
function maskReport(mask: ValueMask, report: NodeReport): NodeReport {
  const { error, failure } = report;
  return {
    ...report,
    resources: report.resources.map((resource) => maskResource(mask, resource)),
    ...(error === undefined ? {} : { error: mask.cutText(error) }),
    ...(failure === undefined ? {} : { failure: maskFailure(mask, failure) }),
  };
}

function maskResource(mask: ValueMask, { diff, error, container, ...rest }: ResourceReport): ResourceReport {
  return {
    ...rest,
    ...(diff === undefined ? {} : { diff: mask.cutText(diff) }),
    ...(error === undefined ? {} : { error: mask.cutText(error) }),
    ...(container === undefined ? {} : { container: maskContainer(mask, container) }),
  };
}

function maskContainer(mask: ValueMask, container: FailedContainer): FailedContainer {
  const { reason, lines, inspect } = container;
  return {
    ...container,
    reason: mask.text(reason),
    lines: lines.length === 0 ? [] : mask.cutText(lines.join('\n')).split('\n'),
    inspect: inspect === null ? null : (maskDeep(mask, inspect) as Record<string, unknown>),
  };
}

function maskDeep(mask: ValueMask, value: unknown): unknown {
  if (typeof value === 'string') return mask.text(value);
  if (Array.isArray(value)) return value.map((each) => maskDeep(mask, each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, maskDeep(mask, each)]));
}

/** A machine that is gone wrote nothing. */
function maskFailure(mask: ValueMask, failure: RemoteFailure): RemoteFailure {
  if (failure instanceof MachineGone) return failure;
  const { message, node, command, exitCode, stderr, phase, cause } = failure;
  return new RemoteFailure(mask.text(message), {
    node,
    command: mask.text(command),
    exitCode,
    stderr: mask.cutText(stderr),
    phase,
    cause,
  });
}
