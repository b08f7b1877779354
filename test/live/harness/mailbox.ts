import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simpleParser, type ParsedMail } from "mailparser";
import { SMTPServer } from "smtp-server";
import { eventually, run } from "./command";

/** A mail server on the loopback that keeps what it is sent: a stand-in for a provider's, with STARTTLS and one account. */
export class Mailbox {
  readonly all: ParsedMail[] = [];
  /** User names and passwords that were tried, each with whether TLS was spoken. */
  readonly tried: { username?: string | null; password?: string | null; secure: boolean }[] = [];
  private constructor(private readonly server: SMTPServer, private readonly folder: string) {}

  static async open(account: { username: string; password: string }): Promise<Mailbox> {
    const folder = mkdtempSync(join(tmpdir(), "lgtm-mailbox-"));
    await run("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem"), "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]);
    let mailbox: Mailbox;
    const server = new SMTPServer({
      key: readFileSync(join(folder, "key.pem")),
      cert: readFileSync(join(folder, "cert.pem")),
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
    return (mailbox = new Mailbox(server, folder));
  }

  get address(): string {
    return `localhost:${(this.server.server.address() as AddressInfo).port}`;
  }

  /** The certificate that it shows, which nobody else has signed. */
  get certificate(): string {
    return join(this.folder, "cert.pem");
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
