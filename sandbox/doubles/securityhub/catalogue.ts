import { type Standard, standardArn } from "../../../components/detection/standards";

/** A parameter of a control: https://docs.aws.amazon.com/securityhub/latest/userguide/custom-control-parameters.html */
interface Parameter {
  type: "Integer" | "IntegerList" | "Boolean" | "Enum" | "EnumList";
  least?: number;
  most?: number;
  allowed?: readonly string[];
}

interface Control {
  title: string;
  /** The standards that it is in, each with its id there. */
  standards: Partial<Record<Standard, string>>;
  parameters?: Readonly<Record<string, Parameter>>;
}

/** Those of Security Hub's controls that the sandbox knows: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html */
export const CONTROLS: Readonly<Record<string, Control>> = {
  "Account.1": {
    title: "Security contact information should be provided for an AWS account",
    standards: { fsbp: "Account.1", "nist-800-53": "Account.1", "cis-3.0": "1.2", "cis-5.0": "1.2" },
  },
  "APIGateway.1": {
    title: "API Gateway REST and WebSocket API execution logging should be enabled",
    standards: { fsbp: "APIGateway.1", "nist-800-53": "APIGateway.1" },
    parameters: { loggingLevel: { type: "Enum", allowed: ["ERROR", "INFO"] } },
  },
  "EC2.19": {
    title: "Security groups should not allow unrestricted access to ports with high risk",
    standards: { fsbp: "EC2.19", "nist-800-53": "EC2.19", "nist-800-171": "EC2.19" },
  },
  "IAM.6": {
    title: "Hardware MFA should be enabled for the root user",
    standards: {
      fsbp: "IAM.6",
      "cis-1.2": "1.14",
      "cis-1.4": "1.6",
      "cis-3.0": "1.6",
      "cis-5.0": "1.5",
      "nist-800-53": "IAM.6",
      "pci-3.2.1": "PCI.IAM.4",
      "pci-4.0.1": "IAM.6",
    },
  },
  "IAM.7": {
    title: "Password policies for IAM users should have strong configurations",
    standards: { fsbp: "IAM.7", "nist-800-53": "IAM.7", "nist-800-171": "IAM.7", "pci-4.0.1": "IAM.7" },
    parameters: {
      RequireUppercaseCharacters: { type: "Boolean" },
      RequireLowercaseCharacters: { type: "Boolean" },
      RequireSymbols: { type: "Boolean" },
      RequireNumbers: { type: "Boolean" },
      MinimumPasswordLength: { type: "Integer", least: 8, most: 128 },
      PasswordReusePrevention: { type: "Integer", least: 12, most: 24 },
      MaxPasswordAge: { type: "Integer", least: 1, most: 90 },
    },
  },
  "Lambda.1": {
    title: "Lambda function policies should prohibit public access",
    standards: { fsbp: "Lambda.1", "nist-800-53": "Lambda.1", "pci-3.2.1": "PCI.Lambda.1", "pci-4.0.1": "Lambda.1" },
  },
  "S3.8": {
    title: "S3 general purpose buckets should block public access",
    standards: { fsbp: "S3.8", "cis-1.4": "2.1.5", "cis-3.0": "2.1.4", "cis-5.0": "2.1.4", "nist-800-53": "S3.8" },
  },
  "S3.11": {
    title: "S3 general purpose buckets should have event notifications enabled",
    standards: { "nist-800-53": "S3.11", "nist-800-171": "S3.11" },
    parameters: { eventTypes: { type: "EnumList", allowed: ["s3:ObjectCreated:Put", "s3:ObjectRemoved:Delete"] } },
  },
};

/** A control in one standard. */
export interface Placed {
  id: string;
  standardArn: string;
  /** Its id in that standard. */
  requirement: string;
}

/** Every control of a standard, by the standard's ARN in a region. */
export const controlsOf = (standard: string, region: string): Placed[] =>
  Object.entries(CONTROLS).flatMap(([id, { standards }]) =>
    Object.entries(standards)
      .filter(([name]) => standardArn(name as Standard, region) === standard)
      .map(([, requirement]) => ({ id, standardArn: standard, requirement })),
  );

type Value = { [type: string]: unknown };

/** What is wrong with a value that a parameter is given; undefined where nothing is. */
export function wrongValue({ type, least = -Infinity, most = Infinity, allowed }: Parameter, value: Value) {
  const given = value[type];
  if (Object.keys(value).length !== 1 || given === undefined) return `it must be of the type ${type}`;
  if (typeof given === "number" && (given < least || given > most)) return `it must be between ${least} and ${most}`;
  const words = [given].flat();
  if (allowed && words.some((word) => !allowed.includes(String(word)))) return `it must be among ${allowed.join(", ")}`;
  return undefined;
}
