import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simpleParser, type ParsedMail } from "mailparser";
import { SMTPServer } from "smtp-server";
import { eventually } from "./command";
import { selfSigned } from "./self-signed";

/** A mail server on the loopback that keeps what it is sent: a stand-in for a provider's, with STARTTLS and one account. */
export class Mailbox {
  readonly all: ParsedMail[] = [];
  /** User names and passwords that were tried, each with whether TLS was spoken. */
  readonly tried: { username?: string | null; password?: string | null; secure: boolean }[] = [];
  /** `certificate`: path of the one that it shows, which nobody else has signed. */
  private constructor(private readonly server: SMTPServer, private readonly folder: string, readonly certificate: string) {}

  static async open(account: { username: string; password: string }): Promise<Mailbox> {
    const folder = mkdtempSync(join(tmpdir(), "lgtm-mailbox-"));
    const { key, certificate } = await selfSigned(folder, ["DNS:localhost"]);
    let mailbox: Mailbox;
    const server = new SMTPServer({
      key: readFileSync(key),
      cert: readFileSync(certificate),
      onAuth({ username, password }, { secure }, done) {
        mailbox.tried.push({ username, password, secure });
        if (username === account.username && password === account.password) done(null, { user: username });
        else done(new Error("535 Authentication credentials invalid"));
      },
      onData(stream, _, done) {
        simpleParser(stream).then(mail => { mailbox.all.push(mail); done(); }, done);
      },
    });
    server.on("error", () => undefined);
    await new Promise<void>(resolve => server.listen(0, "localhost", resolve));
    return (mailbox = new Mailbox(server, folder, certificate));
  }

  get address(): string {
    return `localhost:${(this.server.server.address() as AddressInfo).port}`;
  }

  first(what: string, fits: (mail: ParsedMail) => boolean): Promise<ParsedMail> {
    return eventually(what, async () => this.all.find(fits), { seconds: 30, every: 0.2 });
  }

  close(): Promise<void> {
    return new Promise(resolve => this.server.close(() => {
      rmSync(this.folder, { recursive: true, force: true });
      resolve();
    }));
  }
}
