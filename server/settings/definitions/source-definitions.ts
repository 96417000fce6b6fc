import { networks } from '../setting-schemas.js';

/** The settings of what the controller fetches because a user named it. */
export const sourceDefinitions = {
  DEIS_SLUG_SOURCES: {
    schema: networks.optional(),
    shown: 'none',
    help: 'private IPv4 networks from which slugs that were built elsewhere are fetched, too',
  },
  DEIS_PAGE_SOURCES: {
    schema: networks.optional(),
    shown: 'none',
    help: "private IPv4 networks from which apps' own error pages are fetched, too",
  },
};
