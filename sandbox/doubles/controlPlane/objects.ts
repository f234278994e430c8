import { NoSuchBucket, NoSuchKey, S3 } from "@aws-sdk/client-s3";
import type { Call } from "./service";

/** Reads objects from the local AWS as the root of the account that asks. Gives the text, or undefined where there is no such object. */
export const objectsOf =
  (endpoint: () => string) =>
  async ({ account, region }: Call, Bucket: string, Key: string): Promise<string | undefined> => {
    const credentials = { accessKeyId: account, secretAccessKey: "sandbox" };
    const s3 = new S3({ endpoint: endpoint(), region, credentials, forcePathStyle: true, followRegionRedirects: true });
    try {
      const { Body } = await s3.getObject({ Bucket, Key });
      return await Body?.transformToString();
    } catch (error) {
      if (error instanceof NoSuchKey || error instanceof NoSuchBucket) return undefined;
      throw error;
    } finally {
      s3.destroy();
    }
  };
