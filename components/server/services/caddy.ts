import { isIP } from "node:net";
import { gatewayRoutes } from "../gateway";
import { caCertificate, caKey } from "../generated-secrets";
import { publicPorts } from "../ports";
import { Tls } from "../spec";
import { addressPlaceholder } from "../spec-check";
import { listen, onLoopback, type Rendering, type SecretFile, type Service } from "./service";

/** The gateway: the only way in from outside the machine. */
export function caddy(r: Rendering): Service {
  const { spec, layout } = r;
  const config = `${layout.config("caddy")}/Caddyfile`;
  const admin = `unix/${layout.data("caddy")}/admin.sock`;
  return {
    name: "caddy",
    image: "caddy",
    program: "/usr/bin/caddy",
    args: ["run", "--adapter=caddyfile", `--config=${config}`],
    files: { Caddyfile: caddyfile(r) },
    user: [0, 0],
    // The image's program asks for it; without, the kernel refuses to start it.
    capabilities: ["NET_BIND_SERVICE"],
    ports: ["caddyMetrics"],
    health: onLoopback(r, "caddyMetrics", "/metrics"),
    validate: [["caddy", "validate", "--adapter=caddyfile", "--config=@@config@@/Caddyfile"]],
    // Forced: a rotated certificate changes a file that Caddy's own comparison does not see.
    reload: { command: ["caddy", "reload", "--force", "--adapter=caddyfile", `--config=${config}`, `--address=${admin}`] },
    secrets: secrets(r),
    memory: spec.shares.get("caddy")!,
  };
}

function secrets({ spec }: Rendering): SecretFile[] {
  const tokens = [...spec.pushClients.map(name => ["push", name] as const), ...spec.readClients.map(name => ["read", name] as const)];
  return [
    ...tokens.flatMap(([kind, name]) => [
      { secret: `${kind}-${name}`, file: `${kind}-${name}.token` },
      { secret: `${kind}-${name}`, file: `${kind}-${name}.basic`, basicUser: name },
    ]),
    ...(spec.tls === Tls.given ? [{ secret: "tls-certificate", file: "tls.crt" }, { secret: "tls-key", file: "tls.key" }] : []),
    ...(spec.tls === Tls.givenCa ? [{ secret: caCertificate, file: "ca.crt" }, { secret: caKey, file: "ca.key" }] : []),
  ];
}

function caddyfile(r: Rendering): string {
  const { spec, layout } = r;
  const data = layout.data("caddy");
  const ports = [...new Set(publicPorts.map(name => spec.ports[name]))].sort((a, b) => a - b);
  const internal = "\ttls internal\n";
  const tls = { [Tls.acme]: "", [Tls.ownCa]: internal, [Tls.givenCa]: internal, [Tls.given]: `\ttls ${layout.secrets("caddy")}/tls.crt ${layout.secrets("caddy")}/tls.key\n` }[spec.tls];
  const sites = ports.map(port => {
    const names = spec.addresses.map(address => `https://${address.includes(":") ? `[${address}]` : address}:${port}`);
    return `${names.join(", ")} {\n${tls}${gatewayRoutes(r, port)}}\n`;
  });
  return `{
	admin unix/${data}/admin.sock
	persist_config off
	storage file_system ${data}/certificates
	auto_https disable_redirects
	skip_install_trust
	# Who connects by IP address names no server; in a container the address is not Caddy's own either.
	default_sni ${spec.addresses.find(address => isIP(address) || address === addressPlaceholder) ?? spec.addresses[0]}
	servers {
		# HTTP/3 would be announced but the UDP port is not open.
		protocols h1 h2
	}
${ports.includes(80) ? "	# Port 80 speaks TLS here; Caddy refuses that on the port it keeps for plain HTTP.\n	http_port 1\n" : ""}	grace_period 10s
${spec.tls === Tls.givenCa ? `	pki {
		ca local {
			root {
				cert ${layout.secrets("caddy")}/ca.crt
				key ${layout.secrets("caddy")}/ca.key
			}
		}
	}
` : ""}	metrics
	log {
		output stderr
		format json
		level WARN
	}
}

http://:${spec.internalPorts.caddyMetrics} {
	bind ${listen(r, "caddyMetrics").replace(/:\d+$/, "")}
	metrics /metrics
}

${sites.join("\n")}`;
}
