import type { Exception } from "./check";

/** Rules that this library does not satisfy, each with the reason. Every one of them is met by what it creates: a test says so. */
export const exceptions: readonly Exception[] = [
  { rule: "CKV_AWS_18", why: "Access logs of a bucket are a second bucket that nobody reads; whoever needs them has CloudTrail's data events for the whole account." },
  { rule: "CKV_AWS_21", name: /-telemetry$/, why: "Loki and Tempo write each object once and delete it when its time is over; versions would keep what retention promises to remove, and be paid for." },
  { rule: "CKV_AWS_126", why: "It costs 2.10 dollars a month for numbers that the server takes of itself every 15 seconds; the status checks that reboot and move it come every minute in any case." },
  { rule: "CKV_AWS_145", why: "S3 encrypts every object with its own key; a key in KMS costs a dollar a month and a call an object, and protects from nobody whom the bucket's rights let in." },
  { rule: "CKV2_AWS_11", why: "Flow logs cost by the gigabyte and show the same as the security group of a single machine; a network of your own brings its own." },
  { rule: "CKV_AZURE_50", why: "Run Command is the way in that needs no open port, and is how a release's outcome is read; it is an extension." },
  { rule: "CKV_AZURE_97", why: "The feature must be registered in the subscription first, without which no machine can be made; disks are encrypted in any case." },
  { rule: "CKV_AZURE_119", why: "Agents of other networks and clouds push to this address: it is the point of the server, and only 443 is open on it, to the given ranges." },
  { rule: "CKV_AZURE_59", why: "Without a private endpoint, which costs as much as a small disk, neither the machine nor the one who runs pulumi could reach the account; identities and TLS guard it." },
  { rule: "CKV_AZURE_206", why: "Telemetry of weeks is not worth double the price; a lost region is rebuilt from the stack." },
  { rule: "CKV_AZURE_35", name: /-configuration$/, why: "Whoever runs pulumi uploads releases from wherever he is; every upload is signed, and what is read there is checked by its hash." },
  { rule: "CKV_AZURE_35", name: /-telemetry$/, why: "A storage account can tell a subnet only by its endpoint for storage: with one, as in a network of our own, all others are shut out; without one, identities and TLS guard it." },
  { rule: "CKV2_AZURE_38", name: /-telemetry$/, why: "Loki and Tempo write each blob once and delete it when its time is over; kept ones would break what retention promises, and be paid for. A deleted container can be had back." },
  { rule: "CKV2_AZURE_40", name: /-configuration$/, why: "The provider uploads blobs with the account's shared key (azure-native#2015); telemetry is therefore in another account, without one." },
  { rule: "CKV_GCP_38", why: "Google encrypts every disk with its own key; a key of your own is an option, and a lost one loses the data." },
  { rule: "CKV_GCP_40", why: "Agents of other networks and clouds push to this address: it is the point of the server, and only 443 is open on it, to the given ranges." },
  { rule: "CKV_GCP_62", why: "Access logs of a bucket are a second bucket that nobody reads; whoever needs them has the project's data access audit logs." },
  { rule: "CKV_GCP_78", name: /-telemetry$/, why: "Loki and Tempo write each object once and delete it when its time is over; versions would keep what retention promises to remove, and be paid for." },
];

/** Rules that ask of something which no resource shows, and where it is looked after instead. */
export const elsewhere: Readonly<Record<string, string>> = {
  CKV_AWS_386: "Asks that an image's owner is named. The image comes from a public parameter of AWS that only its publisher can write; no image is looked up by name.",
};
