import { common } from "./common";
import { notification } from "./notification";
import { keysOf } from "./shapes";

/** The settings that each role has. */
export const shapes = {
  audit: { ...common, ...notification },
  management: common,
  organization: common,
  member: common,
};

/** All settings, those inside objects as `slack.channel`, severities in a map as `backlog.dueDays.HIGH`. */
export const knownKeys = Object.entries(shapes.audit).flatMap(([key, schema]) => [
  key,
  ...keysOf(schema).map((inner) => `${key}.${inner}`),
]);
