import type { FastifyPluginAsync } from "fastify";
import { z } from "zod";
import { accountChange, changeAccount } from "./accounts";
import { post } from "./client";
import type { MovingClock } from "./doubles/controlPlane/clock";
import type { ControlPlane } from "./doubles/controlPlane/controlPlane";

const move = z.strictObject({ advance: z.int().positive("must be milliseconds, of which there is at least one") });

/** The daemon's routes that change the organization and its time, for tests and whoever plays with the sandbox. */
export const estateRoutes =
  (
    { organization, stackSets, timing }: ControlPlane,
    clock: MovingClock,
    endpoint: () => string | undefined,
  ): FastifyPluginAsync =>
  async (app) => {
    app.setErrorHandler((error, _request, reply) => {
      const message = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
      return reply.code(400).send({ message });
    });

    /** Body: an AccountChange (accounts.ts). Answers with the account as it is now. */
    app.post("/_sandbox/accounts", async (request) => {
      const account = changeAccount(organization, accountChange.parse(request.body));
      await post(`${endpoint()}/_sandbox/regions`, { [account.id]: account.regions });
      return account;
    });

    /**
     * Body: advance, in milliseconds. Moves the doubles' time on, by which their slow effects go, and that of schedules in the local
     * AWS: what fell due meanwhile runs at once, and once.
     */
    app.post("/_sandbox/clock", async (request) => {
      const { advance } = move.parse(request.body);
      await post(`${endpoint()}/_sandbox/clock`, { advance });
      const ahead = clock.advance(advance);
      // Nobody calls CloudFormation for what it does by itself.
      stackSets.settle();
      return { ahead };
    });

    /** Body: some of Timing (doubles/controlPlane/timing.ts): how long slow effects take from now on, in milliseconds. */
    app.post("/_sandbox/timing", async (request) => {
      const known = Object.keys(timing) as (keyof typeof timing)[];
      return Object.assign(timing, z.partialRecord(z.enum(known), z.int().nonnegative()).parse(request.body));
    });
  };
