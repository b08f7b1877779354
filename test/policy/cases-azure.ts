import { cases, resource, type Case } from "./case";

const machine = cases("azure-native:compute:VirtualMachine");
const disk = cases("azure-native:compute:Disk");
const groupType = "azure-native:network:NetworkSecurityGroup";
const group = cases(groupType);
const single = cases("azure-native:network:SecurityRule");
const card = cases("azure-native:network:NetworkInterface");
const account = cases("azure-native:storage:StorageAccount");
const vault = cases("azure-native:keyvault:Vault");
const linux = (linuxConfiguration: object) => ({ osProfile: { linuxConfiguration } });
const allow = (more: object) => ({ name: "https", direction: "Inbound", access: "Allow", protocol: "Tcp", sourceAddressPrefix: "203.0.113.0/24", destinationPortRange: "443", ...more });
const rules = (...securityRules: object[]) => ({ securityRules });
const world = (port: string, more: object = {}) => allow({ sourceAddressPrefix: "*", destinationPortRange: port, ...more });
const deny = { name: "rest", priority: 4096, direction: "Inbound", access: "Deny", protocol: "*", sourceAddressPrefix: "*", destinationPortRange: "*" };
const trusted = { securityType: "TrustedLaunch", uefiSettings: { secureBootEnabled: true, vTpmEnabled: true } };
const stored = resource("azure-native:storage:StorageAccount", { accountName: "monlogs" }, "logs");
const service = (props: object) => resource("azure-native:storage:BlobServiceProperties", { accountName: "logs", ...props });
const role = (id: string) => ({ roleDefinitionId: `/subscriptions/1/providers/Microsoft.Authorization/roleDefinitions/${id}` });

export const azureCases: Case[] = [
  machine("CKV_AZURE_149", linux({ disablePasswordAuthentication: true }), {}, linux({ disablePasswordAuthentication: false }), { osProfile: { adminPassword: "x", linuxConfiguration: { disablePasswordAuthentication: true } } }),
  machine("CKV_AZURE_178", linux({ ssh: { publicKeys: [{ keyData: "ssh-ed25519 A" }] } }), {}, linux({ ssh: { publicKeys: [] } })),
  machine("CKV_AZURE_179", {}, linux({ provisionVMAgent: false })),
  machine("CKV_AZURE_92", { storageProfile: { osDisk: { managedDisk: {} }, dataDisks: [{ managedDisk: { id: "d" } }] } }, { storageProfile: { osDisk: { vhd: { uri: "u" } } } }, { storageProfile: { dataDisks: [{ vhd: { uri: "u" } }] } }),
  disk("CKV_AZURE_2", {}, { encryptionSettingsCollection: { enabled: false } }),
  disk("CKV_AZURE_251", { publicNetworkAccess: "Disabled", networkAccessPolicy: "DenyAll" }, {}, { publicNetworkAccess: "Disabled" }, { publicNetworkAccess: "Disabled", networkAccessPolicy: "AllowAll" }),
  machine("CKV_AZURE_97", { securityProfile: { encryptionAtHost: true } }, {}),
  machine("LGTM_AZURE_TRUSTED_LAUNCH", { securityProfile: trusted }, {}, { securityProfile: { ...trusted, uefiSettings: { vTpmEnabled: true } } }),
  machine("LGTM_AZURE_TRUSTED_LAUNCH", { hardwareProfile: { vmSize: "Standard_B2pls_v2" }, securityProfile: trusted }, { hardwareProfile: { vmSize: "Standard_D2pls_v6" } }),
  { rule: "LGTM_AZURE_TRUSTED_LAUNCH", good: [resource("azure-native:compute:VirtualMachine", { hardwareProfile: { vmSize: "Standard_B2pls_v2" } })], bad: [] },
  machine("CKV_AZURE_45", { osProfile: { customData: Buffer.from("#cloud-config\nhello: world\n").toString("base64") } }, { osProfile: { customData: Buffer.from("token: 0123456789abcdefghijklmn").toString("base64") } }, { userData: "DefaultEndpointsProtocol=https;AccountKey=0123456789012345678901234567890123456789ABCD==" }),
  machine("CKV_AZURE_50", { osProfile: { allowExtensionOperations: false } }, {}, { osProfile: { allowExtensionOperations: true } }),
  group("CKV_AZURE_10", rules(allow({}), deny), rules(world("22")), rules(world("20-30")), rules(world("*", { sourceAddressPrefix: "Internet" })), rules(allow({ sourceAddressPrefix: undefined, sourceAddressPrefixes: ["10.0.0.0/8", "0.0.0.0/0"], destinationPortRange: undefined, destinationPortRanges: ["443", "22"] }))),
  single("CKV_AZURE_9", allow({ destinationPortRange: "3389" }), world("3389")),
  single("CKV_AZURE_160", { ...world("80"), direction: "Outbound" }, world("80")),
  single("CKV_AZURE_77", world("443"), world("53", { protocol: "Udp" })),
  { rule: "LGTM_AZURE_NETWORK_DENY", good: [resource(groupType, rules(allow({}), deny))], bad: [[resource(groupType, {})], [resource(groupType, rules(allow({}), { ...deny, destinationPortRange: "22" }))]] },
  card("CKV_AZURE_118", {}, { enableIPForwarding: true }),
  card("CKV_AZURE_119", { ipConfigurations: [{ subnet: { id: "s" } }] }, { ipConfigurations: [{ publicIPAddress: { id: "p" } }] }),
  { rule: "CKV2_AZURE_31", good: [resource("azure-native:network:VirtualNetwork", { subnets: [{ name: "a", networkSecurityGroup: { id: "g" } }, { name: "GatewaySubnet" }] })], bad: [[resource("azure-native:network:VirtualNetwork", { subnets: [{ name: "a" }] })], [resource("azure-native:network:Subnet", { subnetName: "a" })]] },
  account("CKV_AZURE_3", {}, { enableHttpsTrafficOnly: false }),
  account("CKV_AZURE_44", { minimumTlsVersion: "TLS1_2" }, {}, { minimumTlsVersion: "TLS1_0" }),
  account("CKV_AZURE_190", { allowBlobPublicAccess: false }, {}, { allowBlobPublicAccess: true }),
  cases("azure-native:storage:BlobContainer")("CKV_AZURE_34", { publicAccess: "None" }, { publicAccess: "Blob" }),
  account("CKV_AZURE_244", { isLocalUserEnabled: false }, { isLocalUserEnabled: true }),
  account("CKV2_AZURE_40", { allowSharedKeyAccess: false }, {}, { allowSharedKeyAccess: true }),
  account("CKV2_AZURE_41", { sasPolicy: { sasExpirationPeriod: "1.00:00:00" } }, {}, { allowSharedKeyAccess: true }),
  account("CKV_AZURE_35", { networkRuleSet: { defaultAction: "Deny" } }, {}, { networkRuleSet: { defaultAction: "Allow" } }),
  account("CKV_AZURE_36", { networkRuleSet: { bypass: "AzureServices" } }, { networkRuleSet: { bypass: "None" } }),
  account("CKV_AZURE_59", { publicNetworkAccess: "Disabled" }, {}, { publicNetworkAccess: "Enabled" }),
  account("CKV_AZURE_206", { sku: { name: "Standard_GRS" } }, { sku: { name: "Standard_LRS" } }, { sku: { name: "Standard_ZRS" } }),
  { rule: "CKV2_AZURE_38", good: [stored, service({ deleteRetentionPolicy: { enabled: true, days: 7 } })], bad: [[stored], [stored, service({})], [stored, service({ accountName: "other", deleteRetentionPolicy: { enabled: true } })]] },
  vault("CKV_AZURE_42", { properties: {} }, { properties: { enableSoftDelete: false } }),
  vault("LGTM_AZURE_VAULT_ROLES", { properties: { enableRbacAuthorization: true } }, { properties: {} }),
  cases("azure-native:authorization:RoleDefinition")("CKV_AZURE_39", { permissions: [{ actions: ["Microsoft.Compute/*/read"] }] }, { permissions: [{ actions: ["*"] }] }),
  cases("azure-native:authorization:RoleAssignment")("LGTM_AZURE_ROLES", role("43d0d8ad-25c7-4714-9337-8ba259a9fe05"), role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635"), role("B24988AC-6180-42A0-AB88-20F7382DD24C")),
  cases("azure-native:managedidentity:FederatedIdentityCredential")(
    "LGTM_AZURE_FEDERATION",
    { issuer: "https://token.actions.githubusercontent.com", subject: "repo:acme@1/infra@2:environment:preview" },
    { issuer: "https://token.actions.githubusercontent.com", subject: "repo:acme/*:ref:refs/heads/main" },
  ),
];
