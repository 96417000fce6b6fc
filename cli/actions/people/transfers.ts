import type { Call } from '../../call.js';
import { CliError, exitCodes } from '../../terminal/errors.js';

/** A formation that its owner offers to somebody else. */
export interface Transfer {
  readonly formation: string;
  readonly from: string;
  readonly to: string;
  readonly created_at: string;
  readonly expires_at: string;
}

/** Offers that are shown beside a list of formations. */
const maxOffers = 20;

/** `deis formations:transfer`: offers the formation, and says what has to happen now. */
export async function offerFormation(call: Call): Promise<void> {
  const offer = await (
    await call.api()
  ).post<Transfer>(await call.formationPath('transfer'), { username: call.arg(0) });
  call.print(offer, ({ formation, to }) => `${formation} is offered to ${to}`);
  const { formation, to, expires_at: until } = offer;
  call.output.talk(`Nothing changes until ${to} says \`deis transfers:accept ${formation}\`, by ${until}.`);
}

/**
 * Says on stderr which formations the user is offered. Controllers of earlier versions know no offers:
 * nothing then.
 */
export async function showOffers(call: Call): Promise<void> {
  const { username } = await call.profile();
  const offers = await (
    await call.api()
  )
    .list<Transfer>('/api/transfers', maxOffers)
    .catch((error: unknown) => {
      if (error instanceof CliError && error.exitCode === exitCodes.notFound) return [];
      throw error;
    });
  for (const { formation, from } of offers.filter(({ to }) => to === username)) {
    call.output.talk(
      `${from} offers you ${formation}: deis transfers:accept ${formation}, or transfers:decline`,
    );
  }
}
