/** A refusal in Backlog's words. Codes: https://developer.nulab.com/docs/backlog/error-response */
export class BacklogRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

export const noResource = (what: string) => new BacklogRefusal(404, 6, `No such ${what}.`);
export const invalidRequest = (message: string) => new BacklogRefusal(400, 7, message);
export const unauthorised = () => new BacklogRefusal(403, 5, "You do not have permission for this operation.");
export const authenticationFailure = () => new BacklogRefusal(401, 11, "Authentication failure.");
export const tooManyRequests = () => new BacklogRefusal(429, 13, "Too many requests.");

/** The body of an answer that refuses. */
export const errorBody = (refusal: BacklogRefusal) => ({
  errors: [{ message: refusal.message, code: refusal.code, moreInfo: "" }],
});
