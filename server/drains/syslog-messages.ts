import type { DrainLine } from './drain-line.js';
import { splitText } from './split-text.js';

/** Facility 1 (user-level) with severity 6 and 3, facility 3 (system) with 6: RFC 5424, section 6.2.1. */
const priorities = { stdout: 14, stderr: 11, deis: 30 } as const;
/** Of MSG. With what stands before it a message has 8192 bytes at most, which receivers take: RFC 5424, section 6.1. */
const maxMessageBytes = 7_600;
/** Private structured data needs an enterprise number (RFC 5424, section 6.3.2): that of examples, RFC 5612. */
const dataId = 'deis@32473';

/**
 * Lines as RFC 5424 has them, each behind its number of bytes (RFC 6587, section 3.4.1): HOSTNAME is the node, APP-NAME
 * the formation, PROCID the process, MSGID the release, and the structured data has the drain's token. A long line is
 * several messages.
 */
export function syslogMessages(lines: readonly DrainLine[], token: string): Buffer {
  return Buffer.concat(lines.flatMap((line) => messagesOf(line, token)));
}

function messagesOf(line: DrainLine, token: string): Buffer[] {
  const priority = line.source === 'deis' ? priorities.deis : priorities[line.stream];
  const header = [
    `<${priority}>1`,
    microseconds(line.at),
    field(line.node, 255),
    field(line.formation, 48),
    field(line.process, 128),
    field(line.release ?? '', 32),
    `[${dataId} drain="${token}"]`,
  ].join(' ');
  return splitText(line.text, maxMessageBytes).map((text) => {
    const message = Buffer.from(`${header} ${text}`, 'utf8');
    return Buffer.concat([Buffer.from(`${message.length} `), message]);
  });
}

/** TIME-SECFRAC has at most six digits. */
function microseconds(at: string): string {
  return at.replace(/(\.\d{6})\d+Z$/, '$1Z');
}

/** PRINTUSASCII without blanks, of limited length; `-` for none. */
function field(text: string, maxLength: number): string {
  return text.replace(/[^\x21-\x7e]/g, '?').slice(0, maxLength) || '-';
}
