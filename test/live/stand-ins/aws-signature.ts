import { createHash, createHmac } from "node:crypto";

/** Keys of a session. */
export interface Keys {
  AccessKeyId: string;
  SecretAccessKey: string;
  Token: string;
}

/** Headers of a call that takes JSON, by signature version 4 (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). */
export function signed({ host, service, region, target, body }: Record<"host" | "service" | "region" | "target" | "body", string>, { AccessKeyId, SecretAccessKey, Token }: Keys): Record<string, string> {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const headers: Record<string, string> = { "content-type": "application/x-amz-json-1.1", host, "x-amz-date": time, "x-amz-security-token": Token, "x-amz-target": target };
  const names = Object.keys(headers).join(";");
  const hash = (text: string) => createHash("sha256").update(text).digest("hex");
  const asked = ["POST", "/", "", ...Object.entries(headers).map(([name, value]) => `${name}:${value}`), "", names, hash(body)].join("\n");
  const key = scope.split("/").reduce<Buffer>((secret, part) => createHmac("sha256", secret).update(part).digest(), Buffer.from(`AWS4${SecretAccessKey}`));
  const signature = createHmac("sha256", key).update(["AWS4-HMAC-SHA256", time, scope, hash(asked)].join("\n")).digest("hex");
  return { ...headers, authorization: `AWS4-HMAC-SHA256 Credential=${AccessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}` };
}
