import { connect } from "node:http2";

export interface GrpcReply {
  /** HTTP status; 200 even where gRPC itself refuses. */
  status: number;
  /** gRPC status, 0 is good; undefined where the answer is not gRPC. */
  grpc?: number;
  text: string;
}

/** One gRPC call without a generated client. Throws where there is no answer. */
export function grpcCall(base: string, path: string, body: Buffer, authorization: string, ca: string, timeoutMs = 15_000): Promise<GrpcReply> {
  return new Promise((resolve, reject) => {
    const session = connect(base, { ...(ca && { ca }) });
    const end = (settle: () => void) => {
      clearTimeout(timer);
      session.destroy();
      settle();
    };
    const timer = setTimeout(() => end(() => reject(new Error(`${base}: no answer over HTTP/2 in ${timeoutMs / 1000} s`))), timeoutMs);
    session.on("error", error => end(() => reject(error)));
    const stream = session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers", authorization });
    const reply: GrpcReply = { status: 0, text: "" };
    const status = (headers: NodeJS.Dict<string | string[] | number>) => {
      if (headers["grpc-status"] !== undefined) reply.grpc = Number(headers["grpc-status"]);
      if (headers["grpc-message"]) reply.text = String(headers["grpc-message"]);
    };
    stream.on("response", headers => {
      reply.status = Number(headers[":status"]);
      status(headers);
    });
    stream.on("trailers", status);
    stream.on("data", (part: Buffer) => {
      if (reply.status !== 200) reply.text += part.toString("utf8");
    });
    stream.on("error", error => end(() => reject(error)));
    // Not "end": trailers may come after the last byte.
    stream.on("close", () => end(() => resolve(reply)));
    stream.end(body);
  });
}
