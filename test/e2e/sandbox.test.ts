import { afterAll, beforeAll, describe } from "vitest";
import { checks } from "./checks";
import { destruction, rebirth, redeployment } from "./deployment";
import { floods } from "./floods";
import { health } from "./health";
import { life } from "./life";
import { operations } from "./ops";
import { outages } from "./outages";
import { outsiders } from "./outsiders";
import { people } from "./people";
import { type InForce, policies, policiesInForce } from "./policies";
import { promise } from "./promise";
import { lose, recovery, renewal } from "./recovery";
import { repeats } from "./repeats";
import { requests } from "./requests";
import { shapes } from "./shapes";
import { silenced } from "./silenced";
import { raise, type Stage } from "./stage";
import { suppressions } from "./suppressions";
import type { Tale } from "./tale";
import { v2 } from "./v2";

let raised: Stage;
let lost: Tale;
let inForce: InForce;
const stage = () => raised;

beforeAll(async () => {
  raised = await raise();
  // Now, while nobody else needs the rule.
  lost = await lose(raised);
  // On a bare machine the engine is built first.
}, 1_800_000);

afterAll(() => raised?.close(), 60_000);

// All at once: each looks after a finding of its own, and a busy sandbox is the better test.
describe.concurrent("a finding", { timeout: 300_000 }, () => {
  life(stage);
  recovery(stage, () => lost);
  checks(stage);
  outages(stage);
  repeats(stage);
  outsiders(stage);
  suppressions(stage);
  requests(stage);
  shapes(stage);
});

describe("the promise", { timeout: 600_000 }, () => {
  promise(stage);
});

describe("an event of AWS Health", { timeout: 300_000 }, () => {
  health(stage);
});

describe("what silences", { timeout: 120_000 }, () => {
  silenced(stage);
});

describe("a finding that is NEW again", { timeout: 120_000 }, () => {
  renewal(stage);
});

describe("more than is told by itself", { timeout: 300_000 }, () => {
  floods(stage);
});

describe("an issue that a person closes", { timeout: 300_000 }, () => {
  people(stage);
});

describe("the organization", { timeout: 60_000 }, () => {
  v2(stage);
});

describe("a deployment", { timeout: 300_000 }, () => {
  redeployment(stage);
});

describe("the ops script", { timeout: 300_000 }, () => {
  operations(stage);
});

describe("the installation", { timeout: 300_000 }, () => {
  beforeAll(async () => {
    inForce = await policiesInForce(raised);
  });

  destruction(stage);
});

describe("all of that", () => {
  policies(stage, () => inForce);
});

describe("the installation, destroyed,", { timeout: 300_000 }, () => {
  rebirth(stage);
});
