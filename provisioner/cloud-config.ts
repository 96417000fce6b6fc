import { isMap, LineCounter, parseDocument, stringify } from 'yaml';
import { UserError } from '../base/errors.js';
import { Secret } from '../base/secret.js';

export interface CloudConfigRequest {
  readonly hostname: string;
  /** The user that the controller logs in as; may become root without a password. */
  readonly username: string;
  /** OpenSSH form; may log in. */
  readonly authorizedKey: string;
  /** The machine's ed25519 host key, known before it boots. */
  readonly hostPublicKey: string;
  readonly hostPrivateKey: Secret;
  /** The flavor's cloud-config, YAML text; empty for none. */
  readonly init: string;
}

type CloudConfig = Readonly<Record<string, unknown>>;

/**
 * The complete cloud-config of a node: who may log in, which host key it shows, and what the flavor's `init`
 * adds: its lists are appended to ours, its other values are kept where we say nothing and refused where we
 * do.
 * @throws UserError (field `init`) for text that is no cloud-config, with the line
 */
export function cloudConfig(request: CloudConfigRequest): Secret {
  const config = merge(ownConfig(request), parseInit(request.init));
  return new Secret(`#cloud-config\n${stringify(config, { lineWidth: 0 })}`);
}

/** The keys and values of a flavor's `init`. @throws UserError (field `init`) with the line */
export function parseInit(init: string): CloudConfig {
  const lines = new LineCounter();
  const document = parseDocument(init, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined)
    throw new UserError(`init, line ${lines.linePos(error.pos[0]).line}: ${error.message}`, {
      field: 'init',
    });
  if (document.contents === null) return {};
  if (!isMap(document.contents))
    throw new UserError('init must be a cloud-config: YAML of `key: value` lines', { field: 'init' });
  return document.toJS() as CloudConfig;
}

function ownConfig(request: CloudConfigRequest): CloudConfig {
  return {
    hostname: request.hostname,
    preserve_hostname: false,
    users: [
      {
        name: request.username,
        shell: '/bin/bash',
        lock_passwd: true,
        sudo: 'ALL=(ALL) NOPASSWD:ALL',
        ssh_authorized_keys: [request.authorizedKey],
      },
    ],
    disable_root: true,
    ssh_pwauth: false,
    ssh_deletekeys: true,
    ssh_keys: {
      ed25519_private: ensureFinalNewline(request.hostPrivateKey.reveal()),
      ed25519_public: request.hostPublicKey,
    },
    // Minimal images have no locales to generate from, and what the recipes need they install themselves.
    locale: false,
    package_update: false,
    package_upgrade: false,
  };
}

const ensureFinalNewline = (key: string): string => (key.endsWith('\n') ? key : `${key}\n`);

/** Values of ours that an operator may decide otherwise: none of them keeps the controller out. */
const negotiable: ReadonlySet<string> = new Set([
  'locale',
  'package_update',
  'package_upgrade',
  'preserve_hostname',
]);

function merge(own: CloudConfig, init: CloudConfig): CloudConfig {
  const merged: Record<string, unknown> = { ...own };
  for (const [key, value] of Object.entries(init)) {
    const present = own[key];
    if (present === undefined || negotiable.has(key)) merged[key] = value;
    else if (Array.isArray(present) && Array.isArray(value))
      merged[key] = [...(present as unknown[]), ...(value as unknown[])];
    else
      throw new UserError(`init sets ${key}, which deis sets itself: remove it from init`, { field: 'init' });
  }
  return merged;
}
