import { run as runWith } from "../mocks";

export { isSecret, made, open, plainText, seen, type Registered } from "../mocks";

/** Runs a program against a command provider that only says what a server would. */
export function run<T>(program: () => T, { preview = false } = {}) {
  const outputs = (type: string, name: string) => (type === "command:remote:Command" ? { stdout: name.endsWith("-release") ? '{"release": "x", "ca": "pem of the authority"}' : "" } : {});
  return runWith(program, { preview, outputs });
}
