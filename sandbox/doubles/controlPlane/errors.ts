/** An error as an AWS service answers it: its name, its HTTP status and its message go over the wire. */
export class ServiceError extends Error {
  constructor(
    /** Name of the AWS exception, which the SDK gives back as `error.name`. */
    readonly code: string,
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = code;
  }
}

/** What a caller without the right gets from most services. */
export const accessDenied = (message: string) => new ServiceError("AccessDeniedException", 403, message);
