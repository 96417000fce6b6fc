/** What an archive's name tells. */
export interface ArchiveName {
  readonly name: string;
  readonly instance: string;
  readonly createdAt: Date;
}

/** `deis-0a1b2c3d-20261129T020531Z.backup.age`: names of one instance sort by time. */
export function archiveName(instance: string, createdAt: Date): string {
  return `deis-${instance}-${createdAt.toISOString().replaceAll(/[-:]|\.\d+/g, '')}.backup.age`;
}

/** Undefined for the name of something else: half an archive, or another's file. */
export function parseArchiveName(name: string): ArchiveName | undefined {
  const found = /^deis-([0-9a-f]{8})-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.backup\.age$/.exec(name);
  if (found === null) return undefined;
  const [, instance = '', year, month, day, hour, minute, second] = found;
  const createdAt = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(createdAt.getTime()) ? undefined : { name, instance, createdAt };
}
