import { pino, stdSerializers, type DestinationStream, type Logger } from 'pino';

/**
 * Paths that no log line shows, whoever logs an object that has them. Secrets of ours print as `[redacted]`
 * by themselves.
 */
const redacted = [
  '*.password',
  '*.token',
  '*.authorization',
  '*.creds',
  '*.privateKey',
  'req.headers.authorization',
  'req.headers.cookie',
  'err.config',
  'err.bindings',
];

/** JSON lines on stderr, or on `destination` in tests. */
export function createLogger(
  level: string,
  destination: DestinationStream = pino.destination({ fd: 2, sync: true }),
): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: redacted, censor: '[redacted]' },
      serializers: { err: serializeError },
    },
    destination,
  );
}

/** As pino's own, without the row that PostgreSQL quotes in `detail`: it holds values. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return { ...stdSerializers.err(error), detail: undefined, where: undefined };
}
