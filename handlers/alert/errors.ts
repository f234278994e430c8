/** An error that no retry mends: the service refuses the message. Its name is what the state machine matches. */
export function refused(message: string): Error {
  return named("Refused", message);
}

/** The service takes nothing at all, whatever the message: a revoked token, a channel that is gone. A person has to mend it. */
export function broken(message: string): Error {
  return named("ChannelBroken", message);
}

/** The service asks for patience: nothing was taken, nothing has failed. At least a second. */
export function slowDown(seconds: number, message: string): Error & { seconds: number } {
  // Whole seconds, since a Wait state fails the execution on anything else.
  return Object.assign(named("SlowDown", message), { seconds: Math.max(1, Math.ceil(seconds)) });
}

export const isRefused = (error: unknown): boolean => error instanceof Error && error.name === "Refused";

export const isBroken = (error: unknown): error is Error => error instanceof Error && error.name === "ChannelBroken";

export const isSlowDown = (error: unknown): error is Error & { seconds: number } =>
  error instanceof Error && error.name === "SlowDown";

// No class: Pulumi serializes handlers, and a class that extends Error does not survive it.
function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}
