import { listStorageAccountServiceSAS } from "@pulumi/azure-native/storage/listStorageAccountServiceSAS";
import type * as pulumi from "@pulumi/pulumi";
import type { ReadStatus } from "../cloud/wait";
import { storePaths } from "../server/release";

/** Where the server reports, once it is known. */
export interface StatusContainer {
  resourceGroupName: string;
  account: string;
  name: string;
}

const minute = 60_000;

/**
 * Reads what the server reported. The provider cannot read a blob, so this asks Azure for a signature that lets the container be
 * read for half an hour, and reads over HTTPS. The signature is nowhere but in memory, and in no message.
 */
export function statusReader(parent: pulumi.Resource, { resourceGroupName, account, name }: StatusContainer): (release: string) => ReadStatus {
  let signature: Promise<string> | undefined;
  let until = 0;
  const signed = () => {
    if (!signature || Date.now() > until) {
      const now = Date.now();
      until = now + 20 * minute;
      signature = sign(parent, { resourceGroupName, account, name }, now);
      signature.catch(() => (until = 0));
    }
    return signature;
  };
  return release => async () => {
    const host = `${account}.blob.core.windows.net`;
    const query = await signed();
    const response = await fetch(`https://${host}/${name}/${storePaths.status(release)}?${query}`, { signal: AbortSignal.timeout(15_000) }).catch((error: Error) => {
      throw new Error(`${host} cannot be reached: ${causeOf(error)}`);
    });
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`${host} answered ${response.status} ${response.statusText}`);
    return response.text();
  };
}

/** A signature for reading the blobs of one container. It says when it begins, as an account with a limit for signatures asks. */
async function sign(parent: pulumi.Resource, { resourceGroupName, account, name }: StatusContainer, now: number): Promise<string> {
  const { serviceSasToken } = await listStorageAccountServiceSAS(
    {
      resourceGroupName,
      accountName: account,
      canonicalizedResource: `/blob/${account}/${name}`,
      resource: "c",
      permissions: "r",
      protocols: "https",
      // Clocks differ.
      sharedAccessStartTime: new Date(now - 10 * minute).toISOString(),
      sharedAccessExpiryTime: new Date(now + 30 * minute).toISOString(),
    },
    { parent },
  );
  return serviceSasToken.replace(/^\?/, "");
}

/** What went wrong, without the address, which holds the signature. */
function causeOf(error: Error): string {
  const { code } = (error.cause ?? {}) as { code?: string };
  return code ?? error.name;
}
