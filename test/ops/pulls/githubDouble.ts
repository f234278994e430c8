import type { AddressInfo } from "node:net";
import fastify, { type FastifyReply, type FastifyRequest } from "fastify";

export interface Comment {
  id: number;
  user: { login: string };
  body: string;
}

/** An answer in place of the real one. With `afterwards` the call is done first, and only its answer lost. */
export interface Fault {
  status: number;
  headers?: Record<string, string>;
  message?: string;
  /** What GraphQL refuses with, in an answer of status 200. */
  errors?: { type: string; message: string }[];
  afterwards?: boolean;
}

/** GitHub's interface for the comments of one pull request, octo/hakken#7: refuses what GitHub refuses. */
export interface GitHub {
  url: string;
  comments: Comment[];
  /** Who has which token, and whether it may write. */
  tokens: Record<string, { login: string; writes: boolean }>;
  /** Faults for the next calls of a kind, such as "POST comments", first one first. */
  faults: Record<string, Fault[]>;
  /** "METHOD what", in order. */
  calls: string[];
  locked: boolean;
  /** Runs before each call is answered. */
  before: (call: string) => Promise<void>;
  close(): Promise<void>;
}

const LIMIT = 65_536;

/** A reply that nobody gets. */
const lost = (): FastifyReply => {
  const reply = { code: () => reply, header: () => reply, send: () => reply };
  return reply as unknown as FastifyReply;
};

export const startGitHub = async (): Promise<GitHub> => {
  const app = fastify({ bodyLimit: 10_000_000 });
  let last = 100;
  const github: GitHub = {
    url: "",
    comments: [],
    tokens: { writer: { login: "github-actions[bot]", writes: true } },
    faults: {},
    calls: [],
    locked: false,
    before: async () => {},
    close: () => app.close(),
  };

  const refuse = (reply: FastifyReply, status: number, message: string, more: object = {}) =>
    reply.code(status).send({ message, documentation_url: "https://docs.github.com/rest", ...more });
  const whoever = ({ headers }: FastifyRequest) =>
    github.tokens[String(headers.authorization).replace(/^(token|bearer) /, "")];

  type Handler = (request: FastifyRequest, reply: FastifyReply, login: string) => unknown;
  const answer =
    (call: string, { writes }: { writes: boolean }, handler: Handler) =>
    async (request: FastifyRequest, reply: FastifyReply) => {
      github.calls.push(call);
      await github.before(call);
      if (!request.headers["user-agent"]) return refuse(reply, 403, "Request forbidden by administrative rules.");
      const fault = github.faults[call]?.shift();
      const fail = ({ status, headers, message, errors }: Fault) =>
        refuse(reply.headers(headers ?? {}), status, message ?? "Server Error", errors && { errors });
      if (fault && !fault.afterwards) return fail(fault);
      const who = whoever(request);
      if (!who) return refuse(reply, 401, "Bad credentials");
      const { owner, repo, number } = request.params as { owner?: string; repo?: string; number?: string };
      if (owner && `${owner}/${repo}` !== "octo/hakken") return refuse(reply, 404, "Not Found");
      if (number && number !== "7") return refuse(reply, 404, "Not Found");
      if (writes && !who.writes) return refuse(reply, 403, "Resource not accessible by integration");
      if (writes && github.locked && call === "POST comments") {
        return refuse(reply, 403, "Unable to create comment because issue is locked.");
      }
      if (!fault) return await handler(request, reply, who.login);
      await handler(request, lost(), who.login);
      return fail(fault);
    };

  const view = (comment: Comment) => ({
    ...comment,
    html_url: `https://github.com/octo/hakken/pull/7#issuecomment-${comment.id}`,
  });
  const unfit = (reply: FastifyReply, body: unknown) => {
    if (typeof body !== "string" || !body)
      return refuse(reply, 422, "Validation Failed", { errors: [{ field: "body" }] });
    if ([...body].length > LIMIT) {
      return refuse(reply, 422, `Validation Failed: body is too long (maximum is ${LIMIT} characters)`);
    }
    return undefined;
  };
  const found = (request: FastifyRequest) =>
    github.comments.find(({ id }) => String(id) === (request.params as { id: string }).id);

  app.post(
    "/graphql",
    answer("POST graphql", { writes: false }, (request, reply, login) => {
      const { query } = request.body as { query: string };
      if (!/^query \{ viewer \{ login \} \}$/.test(query))
        return reply.send({ errors: [{ message: "unknown query" }] });
      return reply.send({ data: { viewer: { login } } });
    }),
  );

  const list = "/repos/:owner/:repo/issues/:number/comments";
  app.get(
    list,
    answer("GET comments", { writes: false }, (request, reply) => {
      const { page = "1", per_page = "30" } = request.query as Record<string, string>;
      const [at, size] = [Number(page), Math.min(100, Number(per_page))];
      const pages = Math.ceil(github.comments.length / size);
      const link = (to: number, rel: string) =>
        `<${github.url}${request.url.split("?")[0]}?per_page=${size}&page=${to}>; rel="${rel}"`;
      if (at < pages) reply.header("link", [link(at + 1, "next"), link(pages, "last")].join(", "));
      return reply.send(github.comments.slice((at - 1) * size, at * size).map(view));
    }),
  );
  app.post(
    list,
    answer("POST comments", { writes: true }, (request, reply, login) => {
      const { body } = request.body as { body?: string };
      const refusal = unfit(reply, body);
      if (refusal) return refusal;
      const comment = { id: ++last, user: { login }, body: String(body) };
      github.comments.push(comment);
      return reply.code(201).send(view(comment));
    }),
  );

  const one = "/repos/:owner/:repo/issues/comments/:id";
  const ofOwn =
    (handler: (comment: Comment, request: FastifyRequest, reply: FastifyReply) => unknown): Handler =>
    (request, reply, login) => {
      const comment = found(request);
      if (!comment) return refuse(reply, 404, "Not Found");
      if (comment.user.login !== login) return refuse(reply, 403, "Must have admin rights to Repository.");
      return handler(comment, request, reply);
    };
  app.patch(
    one,
    answer(
      "PATCH comment",
      { writes: true },
      ofOwn((comment, request, reply) => {
        const { body } = request.body as { body?: string };
        const refusal = unfit(reply, body);
        if (refusal) return refusal;
        comment.body = String(body);
        return reply.send(view(comment));
      }),
    ),
  );
  app.delete(
    one,
    answer(
      "DELETE comment",
      { writes: true },
      ofOwn((comment, _, reply) => {
        github.comments.splice(github.comments.indexOf(comment), 1);
        return reply.code(204).send();
      }),
    ),
  );

  await app.listen({ port: 0, host: "127.0.0.1" });
  github.url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  return github;
};
