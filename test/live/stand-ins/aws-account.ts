/** An account in moto: filled without rights, then every request must be signed and allowed by a policy. */
export interface AwsAccount {
  /** Asks an API of AWS that takes forms, such as ec2, iam and sts. Throws with its answer if that is an error. */
  call(service: string, action: string, parameters: Record<string, string>): Promise<string>;
  /** The same of those that take JSON, such as logs: `target` is "<API>.<action>". */
  json(service: string, target: string, body: object): Promise<string>;
  createBucket(name: string): Promise<void>;
  /** A function of Lambda without code. */
  createFunction(name: string, tags: Record<string, string>): Promise<void>;
  /** Makes a role with the policy, and from here on checks signatures and rights. Returns keys of a session of it. */
  closeBehindRole(policy: object): Promise<{ AccessKeyId: string; SecretAccessKey: string; Token: string }>;
}

const versions: Record<string, string> = { ec2: "2016-11-15", iam: "2010-05-08", sts: "2011-06-15", rds: "2014-10-31", elasticloadbalancing: "2015-12-01", sqs: "2012-11-05" };

/** For a moto that was started with INITIAL_NO_AUTH_ACTION_COUNT. */
export function awsAccount(endpoint: string, region: string): AwsAccount {
  // Until it checks them, moto wants to see a signature only to know the region and service that are meant.
  const authorization = (service: string) => ({ authorization: `AWS4-HMAC-SHA256 Credential=test/20200101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0` });
  const ask = async (url: string, init: RequestInit): Promise<string> => {
    const answer = await fetch(url, init);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
    return text;
  };
  const call = (service: string, action: string, parameters: Record<string, string>) =>
    ask(endpoint, { method: "POST", headers: authorization(service), body: new URLSearchParams({ Action: action, Version: versions[service]!, ...parameters }) });
  return {
    call,
    json: (service, target, body) => ask(endpoint, { method: "POST", headers: { ...authorization(service), "content-type": "application/x-amz-json-1.1", "x-amz-target": target }, body: JSON.stringify(body) }),
    async createBucket(name) {
      await ask(`${endpoint}/${name}`, { method: "PUT", headers: authorization("s3"), body: `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>` });
    },
    async createFunction(name, tags) {
      const role = await call("iam", "CreateRole", { RoleName: `of-${name}`, AssumeRolePolicyDocument: "{}" });
      const nothing = Buffer.concat([Buffer.from("PK\x05\x06"), Buffer.alloc(18)]).toString("base64");
      const body = { FunctionName: name, Runtime: "nodejs22.x", Role: /<Arn>(.+?)<\/Arn>/.exec(role)![1], Handler: "index.handler", Code: { ZipFile: nothing }, Tags: tags };
      await ask(`${endpoint}/2015-03-31/functions`, { method: "POST", headers: { ...authorization("lambda"), "content-type": "application/json" }, body: JSON.stringify(body) });
    },
    async closeBehindRole(policy) {
      const role = await call("iam", "CreateRole", { RoleName: "the-role", AssumeRolePolicyDocument: "{}" });
      await call("iam", "PutRolePolicy", { RoleName: "the-role", PolicyName: "needed", PolicyDocument: JSON.stringify(policy) });
      const session = await call("sts", "AssumeRole", { RoleArn: /<Arn>(.+?)<\/Arn>/.exec(role)![1]!, RoleSessionName: "machine" });
      const value = (name: string) => new RegExp(`<${name}>(.+?)</${name}>`).exec(session)![1]!;
      await ask(`${endpoint}/moto-api/reset-auth`, { method: "POST", headers: { "content-type": "text/plain" }, body: "0" });
      return { AccessKeyId: value("AccessKeyId"), SecretAccessKey: value("SecretAccessKey"), Token: value("SessionToken") };
    },
  };
}
