import { text } from "./shapes";

/** The setting `runbook`. */
export const runbook = text(
  /^https:\/\/[^\s?#]+$/,
  "it must be an https URL without ? and #, such as https://github.com/acme/hakken/blob/main/docs/runbook",
)
  .transform((value) => value.replace(/\/+$/, ""))
  .optional()
  .meta({
    description:
      "Where people read the folder `docs/runbook` of your repository. Each alarm links to its page there, which says what to do.",
    defaultMeaning: "alarms name the file in the repository",
    example: "https://github.com/acme/hakken/blob/main/docs/runbook",
  });
