/** GuardDuty's protection plans that every account of the organization gets, the administrator's own included. */
export const PLANS = ["S3_DATA_EVENTS"] as const;
