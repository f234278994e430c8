/**
 * Security Hub's standards by the names that the settings use, each with the last part of its ARN:
 * https://docs.aws.amazon.com/securityhub/latest/userguide/standards-reference.html
 */
export const STANDARDS = {
  fsbp: "standards/aws-foundational-security-best-practices/v/1.0.0",
  "cis-1.2": "ruleset/cis-aws-foundations-benchmark/v/1.2.0",
  "cis-1.4": "standards/cis-aws-foundations-benchmark/v/1.4.0",
  "cis-3.0": "standards/cis-aws-foundations-benchmark/v/3.0.0",
  "cis-5.0": "standards/cis-aws-foundations-benchmark/v/5.0.0",
  "nist-800-53": "standards/nist-800-53/v/5.0.0",
  "nist-800-171": "standards/nist-800-171/v/2.0.0",
  "pci-3.2.1": "standards/pci-dss/v/3.2.1",
  "pci-4.0.1": "standards/pci-dss/v/4.0.1",
  "resource-tagging": "standards/aws-resource-tagging-standard/v/1.0.0",
} as const;

export type Standard = keyof typeof STANDARDS;

export const STANDARD_NAMES = Object.keys(STANDARDS) as Standard[];

/** Standards that number controls by themselves; all others call a control by Security Hub's own id. */
export const OWN_IDS = ["cis-1.2", "cis-1.4", "cis-3.0", "cis-5.0", "pci-3.2.1"] as const satisfies Standard[];

export const SAME_IDS = [
  "fsbp",
  "nist-800-53",
  "nist-800-171",
  "pci-4.0.1",
  "resource-tagging",
] as const satisfies Standard[];

/** The ARN of a standard in a region. Rulesets, the oldest, are of no region. */
export function standardArn(name: Standard, region: string): string {
  const path = STANDARDS[name];
  return `arn:aws:securityhub:${path.startsWith("ruleset/") ? "" : region}::${path}`;
}

/** The ARN of a standard, from its name, or from an ARN of whatever region. */
export function standardIn(region: string, given: string): string {
  if (given in STANDARDS) return standardArn(given as Standard, region);
  return given.replace(/^(arn:aws:securityhub:)[a-z0-9-]+(::standards\/)/, `$1${region}$2`);
}
