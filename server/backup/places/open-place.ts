import { isAbsolute } from 'node:path';
import { UserError } from '../../../base/errors.js';
import type { S3Place } from '../../blobs/s3-client.js';
import type { BackupPlace } from './backup-place.js';
import { FolderPlace } from './folder-place.js';
import { S3BackupPlace } from './s3-place.js';

/** How stores in S3 are spoken to: as the settings that begin with DEIS_STORE_ say. */
export type S3Access = Omit<S3Place, 'bucket' | 'prefix'>;

/**
 * The SDK of S3 is loaded where the place is in S3.
 * @param text an absolute path, or `s3://BUCKET/PREFIX` @throws UserError
 */
export async function openPlace(text: string, access: S3Access): Promise<BackupPlace> {
  const [, bucket, prefix = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(\w[\w./-]*))?$/.exec(text) ?? [];
  if (bucket !== undefined)
    return openS3Place(access, bucket, prefix === '' ? '' : `${prefix.replace(/\/$/, '')}/`);
  if (isAbsolute(text)) return new FolderPlace(text);
  throw new UserError(
    `${text} is not a valid place of backups: expected a folder, e.g. /var/backups/deis, or s3://BUCKET/PREFIX`,
    { field: 'DEIS_BACKUP_TO' },
  );
}

async function openS3Place(access: S3Access, bucket: string, prefix: string): Promise<BackupPlace> {
  const { s3Client } = await import('../../blobs/s3-client.js');
  return new S3BackupPlace(s3Client(access), bucket, prefix);
}
