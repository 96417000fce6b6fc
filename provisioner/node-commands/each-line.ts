/** A line is never that long: what is, is given up. */
const maxLine = 1024;

/** Takes what a program prints, however it arrives, and gives each line that has ended. */
export function eachLine(onLine: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!.slice(0, maxLine);
    for (const line of lines) onLine(line);
  };
}
