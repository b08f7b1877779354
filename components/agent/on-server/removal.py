"""Takes the agent off a server."""
import os
import shutil

import programs
from configuration import reload
from drain import drain
from failed import say
from files import discard, read_json
from paths import CONFIG, INSTALLED, PROGRAMS, ROOT, UNITS, USER


def remove(keep_data):
    """What was put on goes; a file that somebody else put beside it stays, and so does its folder."""
    known = read_json(INSTALLED, {"paths": []})["paths"]
    document = read_json(os.path.join(CONFIG, "agent.json"), {})
    if document.get("reload"):
        drain(lambda: reload(document["reload"], 15))
    for path in known:
        if path.startswith(UNITS):
            programs.run(["systemctl", "disable", "--now", os.path.basename(path)])
    # Its positions are final now, and still there.
    if os.path.exists(os.path.join(ROOT, "promtail.json")):
        import promtail

        promtail.give_back_at_removal()
    for path in known + [os.path.join(CONFIG, "token"), os.path.join(CONFIG, "agent.json")]:
        discard(path)
    programs.run(["systemctl", "daemon-reload"])
    programs.prune([])
    shutil.rmtree(os.path.join(PROGRAMS, "setup"), ignore_errors=True)
    for folder in (CONFIG, PROGRAMS):
        if os.path.isdir(folder) and not os.listdir(folder):
            os.rmdir(folder)
    if not keep_data:
        shutil.rmtree(ROOT, ignore_errors=True)
        programs.run(["userdel", USER])
    say("the agent was removed" + (", its positions stay" if keep_data else ""))
