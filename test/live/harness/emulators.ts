import { spawn, type ChildProcess } from "node:child_process";
import { networkInterfaces } from "node:os";

/** A stand-in of a cloud's server that servers of the tests reach, as a process of its own. */
export interface Emulator {
  /** Takes it off the network, and back; what is in it stays. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

export function startEmulator(program: string, args: string[]): Emulator {
  const child: ChildProcess = spawn(program, args, { stdio: "ignore" });
  const orphan = () => void child.kill("SIGKILL");
  process.once("exit", orphan);
  return {
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
    async stop() {
      process.off("exit", orphan);
      const gone = new Promise(done => child.once("exit", done));
      child.kill("SIGKILL");
      await gone;
    },
  };
}

/** Address of the engine's bridge, which only this machine and its containers reach. */
export function bridgeAddress(): string {
  const host = networkInterfaces().docker0?.find(address => address.family === "IPv4")?.address;
  if (!host) throw new Error("The engine's bridge docker0 has no address on this machine, so no server of the tests could reach what stands in for a cloud.");
  return host;
}
