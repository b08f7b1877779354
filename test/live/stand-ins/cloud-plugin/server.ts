/**
 * Part of the stand-in for the clouds: the protocol between engine and provider. Unlike `@pulumi/pulumi/provider` it answers
 * previews, as the real providers do: an update that is only previewed keeps the outputs that it will not change.
 */
import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { written } from "./changes";
import type { Properties } from "./cloud";
import { Lifecycle } from "./lifecycle";
import type { Package, Place } from "./resource-type";

type Handler<Q, A> = (call: { request: Q }, callback: (error: Error | null, answer?: A) => void) => void;

/** Answers with what `work` returns or throws. */
function answer<Q, A>(work: (request: Q) => A): Handler<Q, A> {
  return ({ request }, callback) => {
    let result: A;
    try {
      result = work(request);
    } catch (error) {
      callback(Object.assign(new Error((error as Error).message), { code: grpc.status.UNKNOWN, details: (error as Error).message }));
      return;
    }
    callback(null, result);
  };
}

const plain = (struct: Struct | undefined) => (struct?.toJavaScript() ?? {}) as Properties;
// Without what is undefined, which the protocol has no word for.
const struct = (values: Properties) => Struct.fromJavaScript(JSON.parse(JSON.stringify(values)) as Parameters<typeof Struct.fromJavaScript>[0]);
const tokenOf = (urn: string) => urn.split("::")[2]!.split("$").at(-1)!;
const nameOf = (urn: string) => urn.split("::").slice(3).join("::");

export function serve(of: Package, place: (configuration: Properties) => Place): void {
  let lifecycle = new Lifecycle(of, place({}));
  const handlers: Record<string, Handler<never, unknown>> = {
    getPluginInfo: answer(() => new PluginInfo().setVersion(of.version)),
    getSchema: answer(() => new messages.GetSchemaResponse().setSchema("{}")),
    checkConfig: answer((request: messages.CheckRequest) => new messages.CheckResponse().setInputs(request.getNews())),
    diffConfig: answer(() => new messages.DiffResponse().setChanges(messages.DiffResponse.DiffChanges.DIFF_NONE)),
    configure: answer((request: messages.ConfigureRequest) => {
      lifecycle = new Lifecycle(of, place(plain(request.getArgs())));
      return new messages.ConfigureResponse().setSupportspreview(true);
    }),
    check: answer((request: messages.CheckRequest) => {
      const { inputs, failures } = lifecycle.check(tokenOf(request.getUrn()), nameOf(request.getUrn()), plain(request.getOlds()), plain(request.getNews()));
      return new messages.CheckResponse().setInputs(struct(inputs)).setFailuresList(failures.map(({ property, reason }) => new messages.CheckFailure().setProperty(property).setReason(reason)));
    }),
    diff: answer((request: messages.DiffRequest) => {
      const { changes, deleteBeforeReplace } = lifecycle.diff(tokenOf(request.getUrn()), plain(request.getOldInputs()), plain(request.getNews()));
      const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
      const { ADD, DELETE, UPDATE, ADD_REPLACE, DELETE_REPLACE, UPDATE_REPLACE } = messages.PropertyDiff.Kind;
      const kinds = { add: [ADD, ADD_REPLACE], delete: [DELETE, DELETE_REPLACE], update: [UPDATE, UPDATE_REPLACE] } as const;
      const response = new messages.DiffResponse()
        .setChanges(changes.length ? DIFF_SOME : DIFF_NONE)
        .setDiffsList([...new Set(changes.map(({ path }) => path[0]!))])
        .setReplacesList(changes.filter(({ replaces }) => replaces).map(({ path }) => written(path)))
        .setDeletebeforereplace(deleteBeforeReplace)
        .setHasdetaileddiff(true);
      for (const { path, kind, replaces } of changes) response.getDetaileddiffMap().set(written(path), new messages.PropertyDiff().setKind(kinds[kind][replaces ? 1 : 0]).setInputdiff(true));
      return response;
    }),
    create: answer((request: messages.CreateRequest) => {
      const { id, outputs } = lifecycle.create(tokenOf(request.getUrn()), plain(request.getProperties()), request.getPreview());
      return new messages.CreateResponse().setId(id).setProperties(struct(outputs));
    }),
    read: answer((request: messages.ReadRequest) => {
      const thing = lifecycle.read(tokenOf(request.getUrn()), request.getId());
      return thing ? new messages.ReadResponse().setId(thing.id).setProperties(struct({ ...thing.inputs, ...thing.outputs })).setInputs(struct(thing.inputs)) : new messages.ReadResponse();
    }),
    update: answer((request: messages.UpdateRequest) => {
      const outputs = lifecycle.update(tokenOf(request.getUrn()), request.getId(), plain(request.getOldInputs()), plain(request.getNews()), plain(request.getOlds()), request.getPreview());
      return new messages.UpdateResponse().setProperties(struct(outputs));
    }),
    delete: answer((request: messages.DeleteRequest) => {
      lifecycle.delete(tokenOf(request.getUrn()), request.getId());
      return new Empty();
    }),
    invoke: answer((request: messages.InvokeRequest) => new messages.InvokeResponse().setReturn(struct(lifecycle.invoke(request.getTok(), plain(request.getArgs()))))),
    cancel: answer(() => new Empty()),
  };
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(ResourceProviderService, handlers as unknown as grpc.UntypedServiceImplementation);
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    // The engine reads the port from the first line.
    console.log(String(port));
  });
}
