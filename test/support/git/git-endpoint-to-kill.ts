import { Faults, parseFaults } from '../../../server/operation/faults.js';
import { startGitEndpoint } from './git-endpoint.js';

/**
 * Run as a child process of its own: database URL, folder and DEIS_FAULTS are its arguments. Prints its port.
 */
const [url, folder, faults] = process.argv.slice(2);
const endpoint = await startGitEndpoint({
  url: url!,
  folder: folder!,
  faults: new Faults(parseFaults(faults ?? '')),
});
console.log(endpoint.port);
