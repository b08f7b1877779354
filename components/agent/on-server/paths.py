"""Folders of the agent; components/agent/layout.ts has the same. LGTM_AGENT_ROOT puts all of them under one folder, for tests."""
import os

BASE = os.environ.get("LGTM_AGENT_ROOT", "")
CONFIG = BASE + "/etc/lgtm-agent"
PROGRAMS = BASE + "/opt/lgtm-agent"
ROOT = BASE + "/var/lib/lgtm-agent"
DATA = ROOT + "/data"
UNITS = BASE + "/etc/systemd/system"
TOKEN = CONFIG + "/token"
# What was put on, so that the removal takes that off and no more.
INSTALLED = ROOT + "/installed.json"
# Everything that was read was sent, when Alloy stopped.
DELIVERED = DATA + "/delivered"
USER = "lgtm-agent"
