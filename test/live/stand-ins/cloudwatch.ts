import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { signed, type Keys } from "./aws-signature";

/**
 * Stands in for CloudWatch's metrics with moto behind it: AWS' SDK for Go speaks CBOR (smithy-rpc-v2-cbor), moto JSON. Requests are
 * signed again, so that moto checks the rights of `keys`.
 */
export async function startCloudWatch(moto: number, region: string, keys: Keys): Promise<{ port: number; refuse: (yes: boolean) => void; stop: () => void }> {
  let refusing = false;
  const server = createServer((request, response) => {
    const answer = async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const [, api, operation] = /^\/service\/(\w+)\/operation\/(\w+)$/.exec(request.url!)!;
      const body = JSON.stringify(decode(Buffer.concat(chunks)));
      const from = refusing ? undefined : await fetch(`http://127.0.0.1:${moto}/`, { method: "POST", headers: signed({ host: `127.0.0.1:${moto}`, service: "monitoring", region, target: `${api}.${operation}`, body }, keys), body });
      const content = encode(from?.ok ? once((await from.json()) as object) : { __type: "com.amazonaws.cloudwatch#AccessDeniedException", message: from ? await from.text() : "refused by the test" });
      response.writeHead(from?.ok ? 200 : 403, { "content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" }).end(content);
    };
    answer().catch(error => response.destroy(error as Error));
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, refuse: yes => void (refusing = yes), stop: () => void server.close() };
}

/** Moto lists a metric with two dimensions as often as it has values; AWS lists it once. */
function once(answer: { Metrics?: object[] }): object {
  return answer.Metrics ? { ...answer, Metrics: [...new Map(answer.Metrics.map(metric => [JSON.stringify(metric), metric])).values()] } : answer;
}

const endOfList = Symbol("break");

/** CBOR (RFC 8949) as far as the SDK writes it. */
function decode(from: Buffer): unknown {
  let at = 0;
  const take = (size: number) => from.subarray(at, (at += size));
  const lengths: Record<number, () => number> = { 24: () => take(1).readUInt8(), 25: () => take(2).readUInt16BE(), 26: () => take(4).readUInt32BE(), 27: () => Number(take(8).readBigUInt64BE()), 31: () => Infinity };
  const simple: Record<number, () => unknown> = { 20: () => false, 21: () => true, 22: () => null, 26: () => take(4).readFloatBE(), 27: () => take(8).readDoubleBE(), 31: () => endOfList };
  const list = (length: number) => {
    const items: unknown[] = [];
    for (let next = length ? item() : endOfList; next !== endOfList; next = items.length < length ? item() : endOfList) items.push(next);
    return items;
  };
  const item = (): unknown => {
    const head = take(1).readUInt8();
    const [major, info] = [head >> 5, head & 31];
    if (major === 7) return simple[info]!();
    const length = info < 24 ? info : lengths[info]!();
    if (major === 0) return length;
    if (major === 1) return -1 - length;
    if (major === 3) return take(length).toString();
    if (major === 4) return list(length);
    if (major === 6) return item();
    if (major !== 5) throw new Error(`CBOR of type ${major}`);
    const flat = list(length * 2);
    return Object.fromEntries(flat.flatMap((key, i) => (i % 2 ? [] : [[key as string, flat[i + 1]]])));
  };
  return item();
}

/** Lists of `Timestamps` are points in time, every other number is one. */
function encode(value: unknown, key = ""): Buffer {
  const head = (major: number, length: number) => Buffer.from([(major << 5) | 26, ...new Uint8Array(new Uint32Array([length]).buffer).reverse()]);
  if (typeof value === "string") return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === "number") {
    const double = Buffer.alloc(9, 0xfb);
    double.writeDoubleBE(value, 1);
    return key === "Timestamps" ? Buffer.concat([Buffer.from([0xc1]), double]) : double;
  }
  if (typeof value === "boolean") return Buffer.from([value ? 0xf5 : 0xf4]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(each => encode(each, key))]);
  const entries = Object.entries((value ?? {}) as object).filter(([, each]) => each !== null);
  return Buffer.concat([head(5, entries.length), ...entries.flatMap(([name, each]) => [encode(name), encode(each, name)])]);
}
