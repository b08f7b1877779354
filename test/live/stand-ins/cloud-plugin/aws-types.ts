/** Part of the stand-in for the clouds: names of what AWS has. */
export const account = "111122223333";

/** Token of a file of the SDK. */
export const tokenOf = (path: string) => `aws:${path}:${path.split("/")[1]![0]!.toUpperCase()}${path.split("/")[1]!.slice(1)}`;
export const types = {
  instance: tokenOf("ec2/instance"),
  volume: tokenOf("ebs/volume"),
  attachment: tokenOf("ec2/volumeAttachment"),
  networkInterface: tokenOf("ec2/networkInterface"),
  securityGroup: tokenOf("ec2/securityGroup"),
  ingress: tokenOf("vpc/securityGroupIngressRule"),
  egress: tokenOf("vpc/securityGroupEgressRule"),
  eip: tokenOf("ec2/eip"),
  eipAssociation: tokenOf("ec2/eipAssociation"),
  vpc: tokenOf("ec2/vpc"),
  subnet: tokenOf("ec2/subnet"),
  gateway: tokenOf("ec2/internetGateway"),
  routeTable: tokenOf("ec2/routeTable"),
  role: tokenOf("iam/role"),
  instanceProfile: tokenOf("iam/instanceProfile"),
  bucket: tokenOf("s3/bucket"),
  object: tokenOf("s3/bucketObjectv2"),
  parameter: tokenOf("ssm/parameter"),
  association: tokenOf("ssm/association"),
  snapshot: "snapshot",
  zone: "zone",
};
