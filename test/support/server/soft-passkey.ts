import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';

/** What is wrong with what a passkey says; nothing unless said. */
export interface Faults {
  readonly origin?: string;
  readonly domain?: string;
  readonly challenge?: string;
  /** No finger and no PIN. */
  readonly unverified?: boolean;
  readonly counter?: number;
  readonly userHandle?: string;
  /** It comes with certificates of its maker. */
  readonly attested?: boolean;
}

interface Asked {
  readonly challenge: string;
}

type Cbor = Parameters<typeof isoCBOR.encode>[0];

const [present, verified, attests] = [0x01, 0x04, 0x40];
const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();
const base64url = (data: Buffer | Uint8Array | string): string => Buffer.from(data).toString('base64url');

/** A passkey of an authenticator that has no chip and asks for no finger: ES256, as WebAuthn level 2 has it. */
export class SoftPasskey {
  readonly #id = randomBytes(16);
  readonly #key: KeyObject;
  readonly #publicKey: { readonly x?: string; readonly y?: string };
  counter = 0;

  /** @param userHandle of the options that it is made from */
  constructor(
    private readonly origin: string,
    private readonly domain: string,
    readonly userHandle: string,
  ) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#key = privateKey;
    this.#publicKey = publicKey.export({ format: 'jwk' });
  }

  /** What `navigator.credentials.create` answers, as JSON. */
  made(asked: Asked, faults: Faults = {}): object {
    const { x = '', y = '' } = this.#publicKey;
    const key = new Map<number, Cbor>([
      ...([
        [1, 2],
        [3, -7],
        [-1, 1],
      ] as const),
      [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
      [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
    ]);
    const length = Buffer.from([0, this.#id.length]);
    const credential = Buffer.concat([Buffer.alloc(16), length, this.#id, isoCBOR.encode(key)]);
    const authData = this.#authenticatorData(faults, attests, credential);
    const statement = new Map<string, Cbor>(faults.attested === true ? [['x5c', [new Uint8Array(4)]]] : []);
    const attestationObject = isoCBOR.encode(
      new Map<string, Cbor>([
        ['fmt', faults.attested === true ? 'packed' : 'none'],
        ['attStmt', statement],
        ['authData', new Uint8Array(authData)],
      ]),
    );
    return this.#credential({
      clientDataJSON: base64url(this.#clientData('webauthn.create', asked, faults)),
      attestationObject: base64url(attestationObject),
      transports: ['internal'],
    });
  }

  /** What `navigator.credentials.get` answers, as JSON. */
  signed(asked: Asked, faults: Faults = {}): object {
    this.counter += 1;
    const authData = this.#authenticatorData({ counter: this.counter, ...faults });
    const clientData = this.#clientData('webauthn.get', asked, faults);
    const signature = sign('sha256', Buffer.concat([authData, sha256(clientData)]), this.#key);
    return this.#credential({
      clientDataJSON: base64url(clientData),
      authenticatorData: base64url(authData),
      signature: base64url(signature),
      userHandle: faults.userHandle ?? this.userHandle,
    });
  }

  #credential(response: object): object {
    const id = base64url(this.#id);
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response };
  }

  #clientData(type: string, asked: Asked, faults: Faults): string {
    const { challenge = asked.challenge, origin = this.origin } = faults;
    return JSON.stringify({ type, challenge, origin, crossOrigin: false });
  }

  #authenticatorData(faults: Faults, flag = 0, credential = Buffer.alloc(0)): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(faults.counter ?? 0);
    const flags = Buffer.from([present | (faults.unverified === true ? 0 : verified) | flag]);
    return Buffer.concat([sha256(faults.domain ?? this.domain), flags, counter, credential]);
  }
}
