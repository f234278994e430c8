import { STANDARD_NAMES, standardArn } from "../../../components/detection/standards";

/** Standards of a region, those that the sandbox knows. */
export const standardArns = (region: string) => STANDARD_NAMES.map((name) => standardArn(name, region));

/** Those that AWS switches on by itself where it switches Security Hub on. */
export const defaultStandards = (region: string) => [standardArn("fsbp", region), standardArn("cis-1.2", region)];
