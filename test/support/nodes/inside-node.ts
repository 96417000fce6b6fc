import { execa } from 'execa';

/**
 * What a shell script prints inside of a docker node, by its container's name or id. @throws when it exits
 * with another code than 0
 */
export async function insideNode(container: string, script: string): Promise<string> {
  return (await execa('docker', ['exec', container, 'sh', '-c', script])).stdout;
}
