import { common } from "./common";
import { detection } from "./detection";
import { notification } from "./notification";
import { keysOf } from "./shapes";

const ofEach = { ...common, ...detection };

/** The settings that each role has. */
export const shapes = {
  audit: { ...ofEach, ...notification },
  management: ofEach,
  organization: ofEach,
  member: ofEach,
};

/** All settings, those inside objects and lists as `slack.channel`, severities in a map as `backlog.dueDays.HIGH`. */
export const knownKeys = Object.entries(shapes.audit).flatMap(([key, schema]) => [
  key,
  ...keysOf(schema).map((inner) => `${key}.${inner}`),
]);
