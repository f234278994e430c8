import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { type Faults, failOnCommand } from "../../inbox/faults";
import type { InboxStore } from "../../inbox/store";
import {
  authenticationFailure,
  BacklogRefusal,
  errorBody,
  invalidRequest,
  noResource,
  tooManyRequests,
  unauthorised,
} from "./errors";
import {
  ADD_PARAMETERS,
  addComment,
  addIssue,
  deleteIssue,
  LIST_PARAMETERS,
  listComments,
  listIssues,
  UPDATE_PARAMETERS,
  updateIssue,
} from "./issues";
import { type LimitState, minuteLimits } from "./limits";
import { readParameters } from "./parameters";
import {
  type BacklogOptions,
  type BacklogUser,
  categoryJson,
  commentJson,
  createSpace,
  issueJson,
  statusJson,
  typeJson,
} from "./space";

interface BacklogDouble extends BacklogOptions {
  store: InboxStore;
  faults: Faults;
  /** Milliseconds since 1970. */
  now: () => number;
}

const DEFAULT_LIMITS = { read: 600, update: 150, search: 150 };
const JSON_TYPE = "application/json;charset=utf-8";

/** The Backlog API as far as a bot that files issues uses it. The prefix that it is mounted under is the space's URL. */
export function createBacklog(options: BacklogDouble): FastifyPluginAsync {
  const space = createSpace(options, options.store, options.now);
  const count = minuteLimits(options.limits ?? DEFAULT_LIMITS, options.now);

  const project = (given: string) => {
    if (given !== space.project.projectKey && given !== String(space.project.id)) throw noResource("project");
    return space.project;
  };
  const issue = (given: string) => {
    const found = space.issues.find(({ id, key }) => key === given || String(id) === given);
    if (found === undefined) throw noResource("issue");
    return found;
  };
  /** Viewers only read; reporters add issues and comments but change nothing. */
  const allow = (user: BacklogUser, ...roles: number[]) => {
    if (!roles.includes(user.roleType)) throw unauthorised();
  };
  const asking = (request: FastifyRequest): BacklogUser => {
    const key = query(request).get("apiKey");
    const isOf = ({ userId }: BacklogUser) => key === `${options.apiKey}-${userId}`;
    const user = key === options.apiKey ? space.user : space.members.find((one) => one !== space.user && isOf(one));
    if (!user) throw authenticationFailure();
    return user;
  };

  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
    app.setErrorHandler((error, _request, reply) => {
      if (!(error instanceof BacklogRefusal)) throw error;
      return refuse(reply, error);
    });
    app.setNotFoundHandler((_request, reply) => refuse(reply, noResource("resource")));
    app.addHook("preHandler", async (request, reply) => {
      const state = count(asking(request).id, kindOf(request));
      limitHeaders(reply, state);
      if (state.exceeded) throw tooManyRequests();
    });
    failOnCommand(app, options.faults, {
      channel: "backlog",
      isWrite: (request) => request.method !== "GET",
      text: (request) => [...query(request).values(), ...new URLSearchParams(bodyOf(request)).values()].join("\n"),
      refuse: {
        429: (reply, seconds) => {
          // Backlog sends no Retry-After: the time is in X-RateLimit-Reset.
          const reset = Math.ceil(options.now() / 1000) + seconds;
          limitHeaders(reply, { limit: DEFAULT_LIMITS.update, remaining: 0, reset, exceeded: true });
          return refuse(reply, tooManyRequests());
        },
        500: (reply) => refuse(reply, new BacklogRefusal(500, 1, "Internal Server Error")),
        auth: (reply) => refuse(reply, authenticationFailure()),
        refused: (reply) => refuse(reply, invalidRequest("This request is refused on command.")),
      },
    });

    app.get("/api/v2/users/myself", async (request) => asking(request));
    app.get("/api/v2/space", async () => space.space);
    app.get("/api/v2/priorities", async () => space.priorities);
    app.get("/api/v2/resolutions", async () => space.resolutions);
    app.get("/api/v2/projects/:project", async (request) => project(named(request, "project")));
    app.get("/api/v2/projects/:project/issueTypes", async (request) => {
      project(named(request, "project"));
      return space.issueTypes.map(typeJson);
    });
    app.get("/api/v2/projects/:project/categories", async (request) => {
      project(named(request, "project"));
      return space.categories.map(categoryJson);
    });
    app.get("/api/v2/projects/:project/users", async (request) => {
      project(named(request, "project"));
      return space.members;
    });
    app.get("/api/v2/projects/:project/statuses", async (request) => {
      project(named(request, "project"));
      return space.statuses.map(statusJson);
    });
    app.get("/api/v2/issues", async (request) =>
      listIssues(space, readParameters(query(request), LIST_PARAMETERS)).map((found) => issueJson(space, found)),
    );
    app.post("/api/v2/issues", async (request, reply) => {
      const user = asking(request);
      allow(user, 1, 2, 3);
      const added = addIssue(space, readParameters(form(request), ADD_PARAMETERS), user);
      const location = `${request.protocol}://${request.host}${app.prefix}/view/${added.key}`;
      return reply.code(201).header("location", location).type(JSON_TYPE).send(issueJson(space, added));
    });
    app.get("/api/v2/issues/:issue", async (request) => issueJson(space, issue(named(request, "issue"))));
    app.patch("/api/v2/issues/:issue", async (request) => {
      const user = asking(request);
      allow(user, 1, 2);
      const parameters = readParameters(form(request), UPDATE_PARAMETERS);
      return issueJson(space, updateIssue(space, issue(named(request, "issue")), parameters, user));
    });
    app.delete("/api/v2/issues/:issue", async (request) => {
      allow(asking(request), 1);
      return issueJson(space, deleteIssue(space, issue(named(request, "issue"))));
    });
    app.get("/api/v2/issues/:issue/comments", async (request) => {
      const found = issue(named(request, "issue"));
      const parameters = readParameters(query(request), ["minId", "maxId", "count", "order"]);
      return listComments(found, parameters).map((comment) => commentJson(found, comment));
    });
    app.post("/api/v2/issues/:issue/comments", async (request, reply) => {
      const user = asking(request);
      allow(user, 1, 2, 3);
      const found = issue(named(request, "issue"));
      const comment = addComment(space, found, readParameters(form(request), ["content", "notifiedUserId[]"]), user);
      return reply.code(201).type(JSON_TYPE).send(commentJson(found, comment));
    });
  };
}

const query = (request: FastifyRequest) => new URL(request.url, "http://localhost").searchParams;
const bodyOf = (request: FastifyRequest) => (typeof request.body === "string" ? request.body : "");
const named = (request: FastifyRequest, name: string) => (request.params as Record<string, string>)[name] ?? "";

/** The parameters of a POST or PATCH. Backlog takes a form alone, never JSON. */
function form(request: FastifyRequest): URLSearchParams {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") {
    throw invalidRequest(`Content-Type ${type} is not application/x-www-form-urlencoded.`);
  }
  return new URLSearchParams(bodyOf(request));
}

/** Listing issues counts as a search, by a limit of its own. */
function kindOf(request: FastifyRequest): "read" | "update" | "search" {
  if (request.method !== "GET") return "update";
  return request.routeOptions.url?.endsWith("/api/v2/issues") ? "search" : "read";
}

function limitHeaders(reply: FastifyReply, state: LimitState): void {
  reply.header("x-ratelimit-limit", String(state.limit));
  reply.header("x-ratelimit-remaining", String(state.remaining));
  reply.header("x-ratelimit-reset", String(state.reset));
}

const refuse = (reply: FastifyReply, refusal: BacklogRefusal) =>
  reply.code(refusal.status).type(JSON_TYPE).send(errorBody(refusal));
