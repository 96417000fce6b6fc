import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CreateBucketCommand, ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3';
import { Secret } from '../../../base/secret.js';
import { s3Client, type S3Place } from '../../../server/blobs/s3-client.js';
import { s3Stores, type S3Stores } from '../../../server/blobs/s3-stores.js';
import { MotoServer, type AccessKey } from './moto-server.js';

const policy = (bucket: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['s3:ListBucket'],
        Resource: [`arn:aws:s3:::${bucket}`],
      },
      {
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
        Resource: [`arn:aws:s3:::${bucket}/*`],
      },
    ],
  });

interface MotoOptions {
  readonly bucket?: string;
  readonly prefix?: string;
  /** Address that it listens at. Default: loopback. */
  readonly host?: string;
}

/** An S3 that others wrote, with a bucket and a user who may use it alone, for hosts of a test's own. */
export class MotoStore {
  readonly #folders: string[] = [];

  private constructor(
    readonly moto: MotoServer,
    readonly admin: S3Client,
    readonly place: S3Place,
  ) {}

  static async start({
    bucket = 'deis-test',
    prefix = 'classic',
    host,
  }: MotoOptions = {}): Promise<MotoStore> {
    const { stdout } = await promisify(execFile)(process.execPath, ['bin/test/moto.mjs']);
    const moto = await MotoServer.start(stdout.trim(), host);
    const user = await moto.addUser('deis', policy(bucket));
    const place = (keys: AccessKey): S3Place => ({
      bucket,
      prefix,
      endpoint: moto.url,
      region: 'us-east-1',
      pathStyle: true,
      keys: { id: keys.accessKeyId, secret: new Secret(keys.secretAccessKey) },
    });
    const admin = s3Client(place({ accessKeyId: 'admin', secretAccessKey: 'admin' }));
    await admin.send(new CreateBucketCommand({ Bucket: bucket }));
    return new MotoStore(moto, admin, place(user));
  }

  /** A host with a data directory of its own. */
  host(place: Partial<S3Place> = {}): { readonly dataDir: string; readonly blobs: S3Stores } {
    const dataDir = mkdtempSync(join(tmpdir(), 'deis-host-'));
    this.#folders.push(dataDir);
    return { dataDir, blobs: s3Stores(dataDir, { ...this.place, ...place }) };
  }

  /** Uploads that have begun and not ended. */
  async unfinished(): Promise<string[]> {
    const command = new ListMultipartUploadsCommand({ Bucket: this.place.bucket });
    return ((await this.admin.send(command)).Uploads ?? []).map(({ Key = '' }) => Key);
  }

  async stop(): Promise<void> {
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true });
    this.admin.destroy();
    await this.moto.stop();
  }
}
