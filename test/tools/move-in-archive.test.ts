import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";

const root = mkdtempSync(join(tmpdir(), "pulumi-lgtm-test-archive-"));
after(() => rmSync(root, { recursive: true, force: true }));
mkdirSync(join(root, "releases/a"), { recursive: true });
writeFileSync(join(root, "applied.json"), '{"release": "a"}');
writeFileSync(join(root, "releases/a/plan.json"), '{"services": [{"name": "loki"}]}');

/** An archive as the old server makes it, of two files, changed by `how`, given to the new server. What this prints is the answer. */
function unpacked(how: string): string {
  const text = `import io, os, sys, tarfile; sys.path.insert(0, ${JSON.stringify(join(__dirname, "..", "..", "..", "tools", "move-in"))})
from new_server import NewServer
from said import WHOLE, MoveError
target = io.BytesIO()
with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as archive:
    for name in ("chunks/a", "chunks/b", WHOLE):
        member = tarfile.TarInfo(name)
        member.size = 0 if name == WHOLE else 3
        archive.addfile(member, io.BytesIO(b"abc"[:member.size]))
data = target.getvalue()
${how}
try:
    with NewServer(${JSON.stringify(root)}, "loki") as server:
        server.unpack(io.BytesIO(data))
        print(sorted(os.path.join(base, name)[len(server.stage):] for base, _, names in os.walk(server.stage) for name in names))
except MoveError as error:
    print(error)
print(os.path.exists(${JSON.stringify(join(root, "data/moving-in"))}))`;
  const done = spawnSync("python3", ["-B", "-c", text], { encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
}

describe("what comes from the old server", () => {
  it("is taken when all of it came", () => {
    assert.equal(unpacked(""), "['/chunks/a', '/chunks/b']\nFalse\n");
  });

  it("is refused when the connection broke, in a file or between two", () => {
    for (const end of [700, 1024, 2048]) assert.match(unpacked(`data = data[:${end}]`), /^What came from the old server is not whole: .*Nothing was changed\.\nFalse\n$/, String(end));
    assert.match(unpacked('data = b""'), /Nothing was changed/);
  });

  it("is refused when it would be written elsewhere", () => {
    assert.match(unpacked('data = data.replace(b"chunks/b", b"../../bb"); i = data.index(b"../../bb"); header = bytearray(data[i:i + 512]); header[148:156] = b" " * 8; header[148:156] = b"%06o\\0 " % sum(header); data = data[:i] + bytes(header) + data[i + 512:]'), /a path that leads elsewhere: \.\.\/\.\.\/bb/);
  });
});
