/** What needs no cloud: the spec of a monitoring server and the files made of it. */
export { appEnvironment, type AppIdentity } from "./agent/app-environment";
export { renderBundle, bundleDocument, type Bundle, type Plan } from "./server/bundle";
export { contractOf, type ServerContract } from "./server/contract";
export { cloudLogsPrices } from "./server/cloud-logs";
export { cloudMetricsPrice, type CloudMetricsPrice } from "./server/cloud-metrics-price";
export { containerLayout, processLayout, type Layout } from "./server/layout";
export { renderPointer, renderRelease, storePaths, type Release, type ReleaseStatus } from "./server/release";
export { resolveSpec, Tls, type ResolvedSpec, type Retention, type ServerSpec } from "./server/spec";
export { addressPlaceholder } from "./server/spec-check";
export { SpecError } from "./server/spec-error";
export { serviceNames, versions, type ServiceName } from "./server/versions";
