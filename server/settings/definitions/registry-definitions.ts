import { z } from 'zod';
import { bytes, host, path, port, registryUrl, secret } from '../setting-schemas.js';

/** A colon would end it in what is sent. */
const loginName = z
  .string()
  .regex(/^[^:\s]{1,200}$/, 'is not a valid user name: expected no colon and no blank');

/** The settings of the registry, where images of Dockerfiles lie, and of what their builds keep. */
export const registryDefinitions = {
  DEIS_REGISTRY_BIND: {
    schema: host.default('0.0.0.0'),
    help: 'address of the registry of images, which answers tokens of the controller only',
  },
  DEIS_REGISTRY_PORT: { schema: port.prefault('8002'), help: 'its port, as DEIS_PORT' },
  DEIS_REGISTRY_HOST: {
    schema: host.optional(),
    shown: 'worked out from the provider',
    help: 'host name or address of the registry as nodes reach it, and workers on other hosts',
  },
  DEIS_REGISTRY_URL: {
    schema: registryUrl.optional(),
    shown: 'a registry that the controller runs itself',
    help: 'a registry of yours for images, with a path or without, e.g. https://registry.example.com/deis',
  },
  DEIS_REGISTRY_USERNAME: {
    schema: loginName.optional(),
    shown: 'none: it lets everybody in',
    help: 'who may push there, and pull where DEIS_REGISTRY_PULL_USERNAME is not set',
  },
  DEIS_REGISTRY_PASSWORD: { schema: secret.optional(), shown: 'none', help: 'the password of that user' },
  DEIS_REGISTRY_PULL_USERNAME: {
    schema: loginName.optional(),
    shown: 'DEIS_REGISTRY_USERNAME',
    help: 'who may pull there alone: what nodes sign in with',
  },
  DEIS_REGISTRY_PULL_PASSWORD: {
    schema: secret.optional(),
    shown: 'none',
    help: 'the password of that user',
  },
  DEIS_REGISTRY_CA_BUNDLE: {
    schema: path.optional(),
    shown: 'authorities that everybody knows',
    help: "file with the authority of that registry's certificate, which nodes get, too",
  },
  DEIS_IMAGE_CACHE: {
    schema: bytes.prefault('4g'),
    help: "layers kept for the next build of a formation's Dockerfile; a larger cache is emptied",
  },
};
