import { duration } from './format.js';

/** `12 s ago`, of an ISO time. */
export function ago(time: string): string {
  return `${duration(Math.max(0, Date.now() - Date.parse(time)))} ago`;
}
