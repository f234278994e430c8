/** A variable of the function's environment. Throws where it is missing: the function was deployed wrongly. */
export function environment(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`The environment variable ${name} is not set`);
  return value;
}
