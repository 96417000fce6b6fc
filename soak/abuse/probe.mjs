/*
 * Asks URLs at a steady rate, each in a process of its own time, so that what the soak does beside it does not
 * count. Argument: JSON, [{name, url, headers, everyMs}]. Prints {NAME: {ms: [...], failed: [...]}} once
 * its standard input ends.
 */
import { Agent, get } from 'node:http';

const targets = JSON.parse(process.argv[2]);
const agent = new Agent({ keepAlive: true });
const seen = Object.fromEntries(targets.map(({ name }) => [name, { ms: [], failed: [] }]));
const askMs = 30_000;

function ask(target, began = performance.now()) {
  const { name, url, headers } = target;
  const fail = (what) => seen[name].failed.length < 100 && seen[name].failed.push(String(what));
  return new Promise((resolve) => {
    const request = get(url, { agent, headers, timeout: askMs }, (response) => {
      response.resume();
      response.on('end', () => {
        seen[name].ms.push(performance.now() - began);
        if (response.statusCode !== 200) fail(response.statusCode);
        resolve();
      });
    });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', (error) => {
      // The server has closed a connection that nothing went over; that is no answer to the question.
      if (request.reusedSocket && error.code === 'ECONNRESET') return resolve(ask(target, began));
      resolve(fail(error.message));
    });
  });
}

const timers = targets.map((target) => setInterval(() => void ask(target), target.everyMs));
process.stdin.resume();
process.stdin.on('end', () => {
  timers.forEach(clearInterval);
  process.stdout.write(JSON.stringify(seen), () => process.exit(0));
});
