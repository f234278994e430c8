/** What Inspector can scan, in the order of its console. */
export const SCAN_TYPES = ["EC2", "ECR", "LAMBDA", "LAMBDA_CODE", "CODE_REPOSITORY"] as const;

export type ScanType = (typeof SCAN_TYPES)[number];

/** What is scanned in every account. */
export interface ScanSettings {
  scan: readonly ScanType[];
  /** Regions that lack a type, in place of what is known of it. */
  absentTypes: Readonly<Partial<Record<ScanType, readonly string[]>>>;
}

/**
 * The regions that scan code, of Lambda functions and of repositories; all other types are everywhere.
 * https://docs.aws.amazon.com/inspector/latest/user/inspector_regions.html
 */
const CODE_REGIONS: readonly string[] = [
  "us-east-1",
  "us-east-2",
  "us-west-2",
  "ap-northeast-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "eu-central-1",
  "eu-north-1",
  "eu-west-1",
  "eu-west-2",
];

/** What is scanned in one region: what is wanted, without what the region lacks. */
export const scansIn = (region: string, { scan, absentTypes }: ScanSettings): ScanType[] =>
  SCAN_TYPES.filter((type) => scan.includes(type) && !isAbsent(type, region, absentTypes[type]));

const isAbsent = (type: ScanType, region: string, given: readonly string[] | undefined): boolean => {
  if (given) return given.includes(region);
  return (type === "LAMBDA_CODE" || type === "CODE_REPOSITORY") && !CODE_REGIONS.includes(region);
};

/** Types that are wanted and left out, by region. */
export const scansLeftOut = (
  regions: readonly string[],
  settings: ScanSettings,
): { type: ScanType; region: string }[] =>
  regions.flatMap((region) =>
    settings.scan.filter((type) => !scansIn(region, settings).includes(type)).map((type) => ({ type, region })),
  );
