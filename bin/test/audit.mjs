#!/usr/bin/env node
// Asks the npm registry whether packages that the product is shipped with have known faults: `node bin/test/audit.mjs`.
// A registry that does not answer that question (mirrors often do not) leaves it out, by name and with the reason.
import { fileURLToPath } from 'node:url';
import { runProgram } from './run-program.mjs';

const auditMs = 60_000;
const title = 'npm audit --omit=dev';

/** What `npm audit --json` said: passed, failed with the packages by name, or skipped with the reason. */
export function readAudit(output) {
  let answer;
  try {
    answer = JSON.parse(output);
  } catch {
    return { result: 'skipped', why: 'the npm registry gave no answer' };
  }
  const found = answer.vulnerabilities;
  if (typeof found !== 'object' || found === null) {
    const why = answer.error?.summary || answer.message || answer.error?.code || 'no answer';
    return { result: 'skipped', why: `the npm registry does not say: ${String(why).split('\n')[0]}` };
  }
  const bad = Object.values(found).filter(({ severity }) => severity !== 'info' && severity !== 'low');
  if (bad.length === 0) return { result: 'passed', why: 'nothing known' };
  return {
    result: 'failed',
    why: bad.map(({ name, severity, range }) => `${name} ${range} (${severity})`).join(', '),
  };
}

/** Asks and says it. @returns a summary like that of a lane. */
export async function runAudit() {
  const words = ['audit', '--omit=dev', '--json', '--fetch-retries=0'];
  const { stdout } = await runProgram('npm', words, { deadlineMs: auditMs });
  const { result, why } = readAudit(stdout);
  console.log(`${result}: ${title}: ${why}`);
  const counts = { passed: 0, failed: 0, skipped: 0, [result]: 1 };
  return { ...counts, failures: result === 'failed' ? [{ title, message: why }] : [], seconds: {} };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = (await runAudit()).failed;
