import type { PolicyType } from "@aws-sdk/client-organizations";
import { ServiceError } from "../controlPlane/errors";
import { malformedRegions } from "./effectivePolicy";
import type { Organization } from "./organization";

const fail = (code: string, message: string) => new ServiceError(code, 400, message);
const violation = (reason: string, message: string) => fail("ConstraintViolationException", `${reason}: ${message}`);

export interface Policy {
  id: string;
  name: string;
  description: string;
  type: PolicyType;
  content: string;
  tags: Map<string, string>;
  /** Made by AWS, which lets nobody change it. */
  awsManaged: boolean;
}

/** What of a policy is given by its author. */
export type PolicyText = Pick<Policy, "name" | "description" | "content">;

/** The policy that AWS attaches to everything, so that service control policies begin by allowing all. */
const FULL_ACCESS = "p-FullAWSAccess";

const AUTHORIZATION = ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"];
/** https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html */
const mostCharacters = (type: PolicyType) => (AUTHORIZATION.includes(type) ? 5_120 : 10_000);
const MOST_ATTACHED = 5;

/** The name under which a policy's content says what it is about, of the types that take no IAM statements. */
const SUBJECTS: Partial<Record<PolicyType, string>> = {
  SECURITYHUB_POLICY: "securityhub",
  SECURITYHUB_CSPM_POLICY: "securityhub_cspm",
  GUARDDUTY_POLICY: "guardduty",
  INSPECTOR_POLICY: "inspector",
  BACKUP_POLICY: "plans",
  TAG_POLICY: "tags",
};

/** Policies of one organization, of whatever type, and what they are attached to. */
export class Policies {
  readonly enabled = new Set<PolicyType>();
  private readonly all = new Map<string, Policy>();
  /** Targets by policy. Of the policy that allows all, those that it was detached from. */
  private readonly attached = new Map<string, Set<string>>();
  private made = 0;
  /** When what the policies of a type say, or where they are attached, was changed last. */
  private readonly changes = new Map<PolicyType, number>();

  constructor(private readonly organization: Organization) {
    this.all.set(FULL_ACCESS, {
      id: FULL_ACCESS,
      name: "FullAWSAccess",
      description: "Allows access to every operation",
      type: "SERVICE_CONTROL_POLICY",
      content: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
      }),
      tags: new Map(),
      awsManaged: true,
    });
  }

  /** Undefined where nothing has been changed yet. In milliseconds since the epoch. */
  changedAt(type: PolicyType): number | undefined {
    return this.changes.get(type);
  }

  arn({ id, type, awsManaged }: Policy): string {
    const owner = awsManaged ? "aws" : `${this.organization.managementAccountId}:policy/${this.organization.id}`;
    return `arn:aws:organizations::${owner}${awsManaged ? ":policy" : ""}/${type.toLowerCase()}/${id}`;
  }

  ofType(type: PolicyType): Policy[] {
    return [...this.all.values()].filter((policy) => policy.type === type);
  }

  get(id: string | undefined): Policy {
    const policy = this.all.get(id ?? "");
    if (!policy) throw fail("PolicyNotFoundException", "We can't find a policy with the PolicyId that you specified.");
    return policy;
  }

  create(type: PolicyType, text: PolicyText, tags: Map<string, string>): Policy {
    this.check(type, text);
    this.made += 1;
    const id = `p-${this.made.toString(36).padStart(8, "0")}`;
    const policy = { id, type, ...text, tags, awsManaged: false };
    this.all.set(id, policy);
    return policy;
  }

  update(id: string | undefined, changes: Partial<PolicyText>): Policy {
    const policy = this.ours(id);
    const text = { name: policy.name, description: policy.description, content: policy.content, ...changes };
    this.check(policy.type, text, policy.id);
    this.changed(policy.type);
    return Object.assign(policy, text);
  }

  delete(id: string | undefined): void {
    const policy = this.ours(id);
    if (this.targets(policy).length > 0)
      throw fail(
        "PolicyInUseException",
        "The policy is attached to one or more entities. You must detach it from all roots, organizational units (OUs), and accounts before performing this operation.",
      );
    this.all.delete(policy.id);
  }

  /** Roots, units and accounts that the policy is attached to itself. */
  targets(policy: Policy): string[] {
    if (!this.enabled.has(policy.type)) return [];
    const named = this.attached.get(policy.id) ?? new Set();
    if (policy.id !== FULL_ACCESS) return [...named];
    return this.organization.entities().filter((entity) => !named.has(entity));
  }

  /** Those of one type that are attached to the target itself. */
  on(target: string, type: PolicyType): Policy[] {
    this.checkTarget(target);
    return this.ofType(type).filter((policy) => this.targets(policy).includes(target));
  }

  attach(id: string | undefined, target: string): void {
    const policy = this.get(id);
    this.checkTarget(target);
    if (!this.enabled.has(policy.type))
      throw fail(
        "PolicyTypeNotEnabledException",
        "This operation can be performed only for enabled policy types. The specified policy type isn't enabled in this root.",
      );
    if (this.targets(policy).includes(target))
      throw fail(
        "DuplicatePolicyAttachmentException",
        "A policy with the specified name and type already exists on the target.",
      );
    if (this.on(target, policy.type).length >= MOST_ATTACHED)
      throw violation(
        "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
        "You have attached the maximum number of policies of this type to the target.",
      );
    this.note(policy, target, policy.id !== FULL_ACCESS);
  }

  detach(id: string | undefined, target: string): void {
    const policy = this.get(id);
    this.checkTarget(target);
    if (!this.targets(policy).includes(target))
      throw fail("PolicyNotAttachedException", "The policy isn't attached to the specified target in this root.");
    if (policy.type === "SERVICE_CONTROL_POLICY" && this.on(target, policy.type).length === 1)
      throw violation(
        "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
        "You can't remove the last service control policy that is attached to an entity.",
      );
    this.note(policy, target, policy.id === FULL_ACCESS);
  }

  enableType(type: PolicyType): void {
    if (this.enabled.has(type))
      throw fail("PolicyTypeAlreadyEnabledException", "The specified policy type is already enabled.");
    this.enabled.add(type);
  }

  /** Every policy of the type is detached by that, and stays so. */
  disableType(type: PolicyType): void {
    if (!this.enabled.has(type))
      throw fail("PolicyTypeNotEnabledException", "The specified policy type isn't currently enabled in this root.");
    this.enabled.delete(type);
    for (const { id } of this.ofType(type)) this.attached.delete(id);
    this.changed(type);
  }

  private ours(id: string | undefined): Policy {
    const policy = this.get(id);
    if (policy.awsManaged)
      throw fail("InvalidInputException", "IMMUTABLE_POLICY: You can't modify a policy that AWS manages.");
    return policy;
  }

  private note(policy: Policy, target: string, add: boolean): void {
    const named = this.attached.get(policy.id) ?? new Set();
    if (add) named.add(target);
    else named.delete(target);
    this.attached.set(policy.id, named);
    this.changed(policy.type);
  }

  private changed(type: PolicyType): void {
    this.changes.set(type, this.organization.now());
  }

  private checkTarget(target: string): void {
    if (!this.organization.entities().includes(target))
      throw fail(
        "TargetNotFoundException",
        "We can't find a root, OU, account, or policy with the TargetId that you specified.",
      );
  }

  private check(type: PolicyType, { name, content }: PolicyText, own?: string): void {
    if (name.length < 1 || name.length > 128) throw fail("InvalidInputException", "INVALID_PATTERN: Name");
    if (this.ofType(type).some((other) => other.name === name && other.id !== own))
      throw fail("DuplicatePolicyException", "A policy with the specified name and type already exists.");
    if (content.length > mostCharacters(type))
      throw violation(
        "POLICY_CONTENT_LIMIT_EXCEEDED",
        `You have exceeded the maximum size of a policy of this type, ${mostCharacters(type)} characters.`,
      );
    const wrong = malformed(type, content);
    if (wrong) throw fail("MalformedPolicyDocumentException", `The provided policy document is not valid: ${wrong}`);
  }
}

function malformed(type: PolicyType, content: string): string | undefined {
  let document: Record<string, unknown>;
  try {
    document = JSON.parse(content) as Record<string, unknown>;
  } catch {
    return "it is no JSON.";
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) return "it is no JSON object.";
  if (AUTHORIZATION.includes(type)) return malformedStatements(type, document);
  const subject = SUBJECTS[type];
  if (subject && !Object.keys(document).every((key) => key === subject)) return `it must be about "${subject}".`;
  return type === "SECURITYHUB_POLICY" ? malformedRegions(document.securityhub) : undefined;
}

/** https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html */
function malformedStatements(type: PolicyType, { Version, Statement }: Record<string, unknown>): string | undefined {
  if (Version !== "2012-10-17") return 'Version must be "2012-10-17".';
  const statements = [Statement].flat() as Record<string, unknown>[];
  if (!Statement || statements.length === 0) return "it has no statement.";
  const sids = statements.map(({ Sid }) => Sid).filter((sid) => sid !== undefined);
  if (new Set(sids).size < sids.length) return "two statements have one Sid.";
  const known = ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"];
  for (const statement of statements) {
    const strange = Object.keys(statement).find(
      (key) => !known.includes(key) && !(type === "RESOURCE_CONTROL_POLICY" && key === "Principal"),
    );
    if (strange) return `a statement has ${strange}, which this type does not take.`;
    if (!/^[A-Za-z0-9]*$/.test(String(statement.Sid ?? ""))) return "a Sid holds more than letters and digits.";
    if (statement.Effect !== "Allow" && statement.Effect !== "Deny") return "Effect must be Allow or Deny.";
    if (!statement.Action === !statement.NotAction) return "a statement needs Action or NotAction.";
    if (!statement.Resource === !statement.NotResource) return "a statement needs Resource or NotResource.";
    const actions = [statement.Action ?? statement.NotAction].flat();
    const wrong = actions.find((action) => typeof action !== "string" || !/^(\*|[a-z0-9-]+:[\w*?]+)$/.test(action));
    if (wrong !== undefined) return `${JSON.stringify(wrong)} is no action.`;
  }
  return undefined;
}
