import type { Databag } from '../../../cookbooks/databag.js';
import { RemoteFailure } from '../../../base/errors.js';
import type { ConvergeTarget } from '../../../provisioner/converge/fleet.js';
import type { NodeReport, ResourceReport } from '../../../provisioner/converge/node-report.js';
import type { NodeFleet } from './node-fleet.js';
import { ValueMask } from '../../../base/value-mask.js';

/**
 * The fleet, with what nodes answer masked: what containers, commands and recipes wrote who knew values of
 * config, attributes and private keys. Lines, failures, evidence and plans are made of these reports, and
 * shown to viewers.
 */
export function maskedFleet(fleet: NodeFleet): NodeFleet {
  return {
    converge: async (targets, databag, options) => {
      const mask = new ValueMask([...valuesOf(databag), ...targets.flatMap(attributesOf)]);
      return (await fleet.converge(targets, databag, options)).map((report) => maskReport(mask, report));
    },
    probe: (...request) => fleet.probe(...request),
    connection: (...request) => fleet.connection(...request),
    close: () => fleet.close(),
  };
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

function maskResource(mask: ValueMask, { diff, error, ...rest }: ResourceReport): ResourceReport {
  return {
    ...rest,
    ...(diff === undefined ? {} : { diff: mask.cutText(diff) }),
    ...(error === undefined ? {} : { error: mask.cutText(error) }),
  };
}

function maskFailure(
  mask: ValueMask,
  { message, node, command, exitCode, stderr, phase, cause }: RemoteFailure,
): RemoteFailure {
  return new RemoteFailure(mask.text(message), {
    node,
    command: mask.text(command),
    exitCode,
    stderr: mask.cutText(stderr),
    phase,
    cause,
  });
}
