import { DefaultSecurityGroup } from "@pulumi/aws/ec2/defaultSecurityGroup";
import { getSubnetOutput } from "@pulumi/aws/ec2/getSubnet";
import { InternetGateway } from "@pulumi/aws/ec2/internetGateway";
import { RouteTable } from "@pulumi/aws/ec2/routeTable";
import { RouteTableAssociation } from "@pulumi/aws/ec2/routeTableAssociation";
import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup";
import { Subnet } from "@pulumi/aws/ec2/subnet";
import { Vpc } from "@pulumi/aws/ec2/vpc";
import { VpcEndpoint } from "@pulumi/aws/ec2/vpcEndpoint";
import { SecurityGroupEgressRule } from "@pulumi/aws/vpc/securityGroupEgressRule";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule";
import * as pulumi from "@pulumi/pulumi";
import { portsOut } from "../cloud/ways-out";
import type { ResolvedSpec } from "../server/spec";
import type { MonitoringServerArgs } from "./args";
import type { TagsOf } from "./tags";

/** Where a server is. */
export interface Network {
  subnetId: pulumi.Output<string>;
  vpcId: pulumi.Output<string>;
  availabilityZone: pulumi.Output<string>;
  /** What must be there before a machine can reach the internet. */
  ready: pulumi.Resource[];
}

/** The subnet that was given, else a VPC with one public subnet and a free way to S3. */
export function network(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, region: pulumi.Output<string>, tags: TagsOf): Network {
  if (args.subnetId !== undefined) {
    const subnet = getSubnetOutput({ id: args.subnetId }, { parent });
    return { subnetId: pulumi.output(args.subnetId), vpcId: subnet.vpcId, availabilityZone: subnet.availabilityZone, ready: [] };
  }
  const cidrBlock = args.cidrBlock ?? "10.90.0.0/24";
  const vpc = new Vpc(`${name}-vpc`, { cidrBlock, enableDnsSupport: true, enableDnsHostnames: true, tags: tags("") }, { parent });
  // Without a rule, so that nothing gets a way in by being put into it.
  new DefaultSecurityGroup(`${name}-default`, { vpcId: vpc.id, tags: tags("unused") }, { parent });
  const gateway = new InternetGateway(`${name}-internet`, { vpcId: vpc.id, tags: tags("") }, { parent });
  const subnet = new Subnet(`${name}-subnet`, { vpcId: vpc.id, cidrBlock, mapPublicIpOnLaunch: false, tags: tags("") }, { parent });
  const routes = new RouteTable(`${name}-routes`, { vpcId: vpc.id, routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: gateway.id }], tags: tags("") }, { parent });
  const routed = new RouteTableAssociation(`${name}-routes`, { subnetId: subnet.id, routeTableId: routes.id }, { parent });
  new VpcEndpoint(`${name}-s3`, { vpcId: vpc.id, serviceName: pulumi.interpolate`com.amazonaws.${region}.s3`, vpcEndpointType: "Gateway", routeTableIds: [routes.id], tags: tags("s3") }, { parent });
  return { subnetId: subnet.id, vpcId: vpc.id, availabilityZone: subnet.availabilityZone, ready: [routed] };
}

/** The group that was given, else one with the given ranges on the server's ports, no SSH, and ways out on the ports that it needs. */
export function securityGroup(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, spec: ResolvedSpec, vpcId: pulumi.Output<string>, tags: TagsOf): pulumi.Output<string> {
  if (args.securityGroupId !== undefined) return pulumi.output(args.securityGroupId);
  const group = new SecurityGroup(`${name}-server`, { vpcId, description: `Monitoring server ${name}`, tags: tags("server") }, { parent });
  const common = { securityGroupId: group.id, ipProtocol: "tcp", tags: tags("server") };
  for (const port of [...new Set(Object.values(spec.ports))])
    for (const cidr of args.allowedCidrs)
      new SecurityGroupIngressRule(`${name}-from-${cidr}-${port}`, { ...common, ...range(cidr), fromPort: port, toPort: port, description: `Gateway of ${name}: Grafana and telemetry, TLS with credentials` }, { parent });
  for (const port of portsOut(spec))
    for (const cidr of ["0.0.0.0/0", "::/0"])
      new SecurityGroupEgressRule(`${name}-to-${cidr}-${port}`, { ...common, ...range(cidr), fromPort: port, toPort: port, description: `Images, packages, cloud services and messages on port ${port}` }, { parent });
  return group.id;
}

function range(cidr: string): { cidrIpv4: string } | { cidrIpv6: string } {
  return cidr.includes(":") ? { cidrIpv6: cidr } : { cidrIpv4: cidr };
}
