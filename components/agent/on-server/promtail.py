"""An existing Promtail: its file becomes a part of the agent's configuration, its positions the agent's, and its unit stops on the user's word alone."""
import hashlib
import json
import os
import re
import shutil
import tempfile

import programs
from failed import Failed, say
from files import discard, read, read_json, write
from paths import ROOT
from promtail_positions import folders_of, of_agent, of_promtail, still_there, write_promtail

AGENT = "lgtm-agent.service"
# There while a Promtail is stopped on our account: which, and how to give it back.
STOPPED = os.path.join(ROOT, "promtail.json")
# By the converter, about any file: of defaults that Promtail has.
ALWAYS_SAID = re.compile("If you have a tracing set up for Promtail|Alloy's metrics are different from the metrics emitted by Promtail")
# What Promtail is told on its command line and the agent need not know.
HARMLESS = re.compile(r"(config\.file|config\.expand-env|positions\.file|client\.url|log[.-].*|server\..*|print-config-stderr)$")


class Switch:
    """From what was to what the document wants: no Promtail, a trial beside it, or in its place. The constructor refuses; nothing is touched before `begin`."""

    def __init__(self, document, alloy):
        self.wanted = document.get("promtail")
        self.stopped = read_json(STOPPED, None)
        self.taking = bool(self.wanted and self.wanted["takeOver"])
        # What has to be started anew, in the words of configuration.install.
        self.restarts = set()
        self.undo = []
        if not self.wanted:
            return
        if self.taking and self.stopped and self.stopped["unit"] != self.wanted["unit"]:
            raise Failed("The agent stands in for %s. Set promtail.takeOver to false first, and take over %s then." % (self.stopped["unit"], self.wanted["unit"]))
        unit = unit_of(self.wanted["unit"])
        if unit is None and not self.stopped:
            raise Failed("There is no unit %s on this server. Give the one that runs Promtail: promtail.unit." % self.wanted["unit"])
        self.positions = check_flags(unit or [], self.wanted, document["files"]["promtail.yaml"]) or self.wanted["positions"]
        self.carried = self.current()
        hidden = [path for path in self.carried if re.match(r"(/var)?/tmp/", path)]
        if hidden:
            raise Failed("Promtail reads %s, and the agent has a /tmp of its own. Let the application log elsewhere, such as to /var/log." % ", ".join(hidden))
        document["files"]["config.alloy"] += "\n" + converted(document["files"]["promtail.yaml"], alloy, self.wanted)

    def hands_back(self):
        return bool(self.stopped and not self.taking)

    def current(self):
        """Where whoever reads in earnest is now."""
        if self.stopped:
            before = of_promtail(self.stopped["positions"])
            return still_there({**before, **of_agent(self.stopped["jobs"])})
        return still_there(of_promtail(self.positions))

    def begin(self, owner):
        """Called when everything was checked, before the new files are there."""
        try:
            self.carry(owner)
        except Failed:
            self.go_back()
            raise

    def carry(self, owner):
        if self.wanted:
            # Before anybody is stopped: a copy that the agent cannot read is refused here.
            self.copy(owner)
        if self.hands_back():
            # The agent is stopped, so that its positions are final.
            programs.run(["systemctl", "stop", AGENT])
            self.restarts = {"units"}
            self.undo.append(lambda: programs.run(["systemctl", "start", AGENT]))
        if self.taking and not self.stopped:
            self.stop_promtail()
        if not self.wanted:
            return
        self.carried = self.current()
        self.copy(owner)
        if bool(self.stopped) != self.taking:
            # What an earlier trial, or an earlier take-over, has left would come before what was carried over just now.
            clear("promtail" if self.taking else "trial")

    def copy(self, owner):
        os.makedirs(os.path.dirname(self.wanted["carried"]), mode=0o700, exist_ok=True)
        os.chown(os.path.dirname(self.wanted["carried"]), *owner)
        write_promtail(self.wanted["carried"], self.carried, owner)
        read_as(owner, self.wanted["carried"])

    def stop_promtail(self):
        unit = self.wanted["unit"]
        enabled = programs.run(["systemctl", "is-enabled", unit]).stdout.strip() == "enabled"
        note = {"unit": unit, "enabled": enabled, "positions": self.positions, "jobs": self.wanted["jobs"]}
        write(STOPPED, json.dumps(note).encode(), 0o600)
        self.undo.append(lambda: (programs.run(["systemctl", "start", unit]), discard(STOPPED), clear("promtail")))
        done = programs.run(["systemctl", "stop", unit], timeout=180)
        if done.returncode != 0:
            raise Failed("%s does not stop: %s" % (unit, done.stdout.strip()[-1000:]))

    def end(self):
        """Called when the agent runs with the new configuration."""
        if self.taking:
            # Also when an earlier run was ended before it came to this.
            programs.run(["systemctl", "disable", self.wanted["unit"]])
            if not self.stopped:
                say("%s is stopped and disabled; the agent goes on at its %d positions" % (self.wanted["unit"], len(self.carried)))
            write(STOPPED, json.dumps({**read_json(STOPPED, {}), "jobs": self.wanted["jobs"]}).encode(), 0o600)
        elif self.stopped:
            give_back(self.stopped)
        elif self.wanted:
            say('%s goes on; the agent sends the same lines with the label agent="trial"' % self.wanted["unit"])

    def go_back(self):
        """Called when the agent could not be started: whoever read before reads again."""
        for step in reversed(self.undo):
            step()


def check_flags(argv, wanted, config):
    """What the command line says beside the file must be known too. Returns where it says the positions are."""
    flags = dict((word.lstrip("-").split("=", 1) + [""])[:2] for word in argv[1:] if word.startswith("-"))
    other = sorted(flag for flag in flags if not HARMLESS.match(flag))
    if other:
        raise Failed("%s gives Promtail more than its file: -%s. Write that into the text of promtail.config, and take it out of the unit." % (wanted["unit"], ", -".join(other)))
    if flags.get("config.expand-env", "false") != "false" and "${" in config:
        raise Failed("%s lets Promtail fill in ${...} from its environment, which the agent does not have. Write the values into the text of promtail.config." % wanted["unit"])
    there = read(flags["config.file"]) if flags.get("config.file") and os.path.isfile(flags["config.file"]) else None
    if there is not None and hashlib.sha256(there).hexdigest() != wanted["given"]:
        say("note: %s on this server is not the text of promtail.config; the text counts" % flags["config.file"])
    return flags.get("positions.file")


def unit_of(unit):
    """Promtail's command line, or None where systemd does not know the unit."""
    shown = programs.run(["systemctl", "show", "-p", "LoadState", "-p", "ExecStart", unit]).stdout
    if "LoadState=loaded" not in shown:
        return None
    argv = re.search(r"argv\[\]=(.*?) ; ", shown)
    return argv.group(1).split() if argv else []


def converted(text, alloy, wanted):
    """By Alloy's own converter. Its output to Loki becomes the agent's, and the journal goes on where Promtail is in it."""
    with tempfile.TemporaryDirectory() as folder:
        path, report = os.path.join(folder, "promtail.yaml"), os.path.join(folder, "report")
        write(path, text.encode())
        done = programs.run([alloy, "convert", "--source-format=promtail", "--report=" + report, "--output=" + os.path.join(folder, "out"), path])
        if done.returncode != 0:
            raise Failed("Alloy cannot take over Promtail's file; nothing was switched.\n%s" % done.stdout.replace(path, "promtail.yaml").strip()[-3000:])
        said = [line for line in (read(report) or b"").decode().splitlines() if line.startswith("(") and not ALWAYS_SAID.search(line)]
        if said:
            say("Alloy's converter says:\n%s" % "\n".join(said))
        result = read(os.path.join(folder, "out")).decode()
    result, cut = re.subn(r'(?ms)^loki\.write "default" \{\n.*?^\}\n?', "", result)
    if cut != 1:
        raise Failed("Alloy's converter gave %d outputs to Loki, and one was expected." % cut)
    for job in wanted["jobs"]:
        carried = '\n\n\tlegacy_position {\n\t\tfile = "%s"\n\t\tname = %s\n\t}' % (wanted["carried"], json.dumps(job["name"], ensure_ascii=False))
        result = re.sub(r'(?ms)^(loki\.source\.journal "%s" \{.*?)(\n\})' % re.escape(job["component"]), lambda found: found.group(1) + carried + found.group(2), result)
    return "// Of Promtail's file, by Alloy's converter.\n" + result.replace("loki.write.default.receiver", "loki.relabel.%s.receiver" % ("promtail" if wanted["takeOver"] else "trial")).strip() + "\n"


def read_as(owner, path):
    """The agent must be able to read its copy: one that cannot would begin at the beginning (github.com/grafana/alloy/issues/5493)."""
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(owner[1])
            os.setuid(owner[0])
            open(path, "rb").close()
            os._exit(0)
        except OSError:
            os._exit(1)
    if os.waitpid(child, 0)[1] != 0:
        raise Failed("The agent's user cannot read %s, so it would send every line again; nothing was switched." % path)


def give_back(stopped):
    """Promtail goes on where the agent stopped. The agent must not read its files any more."""
    if unit_of(stopped["unit"]) is None:
        say("%s is gone from this server, so it is not started again" % stopped["unit"])
    else:
        try:
            write_promtail(stopped["positions"], still_there({**of_promtail(stopped["positions"]), **of_agent(stopped["jobs"])}))
        except Failed as failed:
            say("note: Promtail begins where it was stopped, so some lines will be there twice. %s" % failed)
        if stopped["enabled"]:
            programs.run(["systemctl", "enable", stopped["unit"]])
        done = programs.run(["systemctl", "start", stopped["unit"]])
        say("%s runs again" % stopped["unit"] if done.returncode == 0 else "note: %s does not start: %s" % (stopped["unit"], done.stdout.strip()[-1000:]))
    clear("promtail")
    discard(STOPPED)


def clear(prefix):
    """Alloy must not read components of this prefix at the moment."""
    for folder in folders_of(prefix):
        shutil.rmtree(folder, ignore_errors=True)


def give_back_at_removal():
    stopped = read_json(STOPPED, None)
    if stopped:
        give_back(stopped)
