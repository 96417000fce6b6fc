import type { Provider } from '../../controller/infrastructure-types.js';
import type { ApiClient } from '../../controller/api-client.js';
import type { Call } from '../../call.js';
import { CliError, exitCodes, usageError } from '../../terminal/errors.js';
import { findAwsCredentials, type FoundCredentials } from './find-aws-credentials.js';

/**
 * Finds AWS credentials here, on the user's own machine, and gives them to the controller after a yes.
 * Resolves to the provider that has them, undefined after a no.
 */
export async function discoverProviders(call: Call): Promise<Provider | undefined> {
  const id = call.option('id') ?? 'ec2';
  const found = await findAwsCredentials(call.terminal);
  call.output.talk(`Found AWS credentials in ${found.from}: access key ${hidden(found.accessKeyId)}`);
  if (!(await isConfirmed(call, id))) {
    call.output.talk('Nothing was sent');
    return undefined;
  }
  return give(await call.api(), id, found);
}

async function isConfirmed(call: Call, id: string): Promise<boolean> {
  if (call.flag('yes')) return true;
  if (!call.terminal.interactive)
    throw usageError(
      `${call.name} sends your credentials to the controller, and there is no terminal to ask at: give --yes`,
    );
  const { controller } = await call.profile();
  return /^y(es)?$/i.test(
    (await call.terminal.ask(`Send them to ${controller}, as provider ${id}? [y/N] `)).trim(),
  );
}

/** Into the provider of that name; a new one when there is none. */
async function give(
  api: ApiClient,
  id: string,
  { accessKeyId, secretAccessKey }: FoundCredentials,
): Promise<Provider> {
  const creds = { access_key_id: accessKeyId, secret_access_key: secretAccessKey };
  const path = `/api/providers/${encodeURIComponent(id)}`;
  const known = await api.getTagged<Provider>(path).catch((error: unknown) => {
    if (error instanceof CliError && error.exitCode === exitCodes.notFound) return undefined;
    throw error;
  });
  if (known === undefined) return api.post<Provider>('/api/providers', { id, type: 'ec2', creds });
  if (known.body.type !== 'ec2')
    throw new CliError(
      `your provider ${id} is of type ${known.body.type}: choose another name with --id=NAME`,
      exitCodes.conflict,
    );
  return api.patch<Provider>(path, { creds }, known.etag === undefined ? {} : { 'If-Match': known.etag });
}

/** `AKIA...MPLE`: enough to recognise it by. */
const hidden = (key: string): string => `${key.slice(0, 4)}...${key.slice(-4)}`;
