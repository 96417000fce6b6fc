import { bytes, host, port } from './setting-schemas.js';

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
  DEIS_IMAGE_CACHE: {
    schema: bytes.prefault('4g'),
    help: "layers kept for the next build of a formation's Dockerfile; a larger cache is emptied",
  },
};
