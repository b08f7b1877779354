"""Grafana's database: dashboards, folders, users, datasources. Old panels find their datasource by its uid, so that stays and its address becomes the new server's."""
import hashlib
import json
import os
import re
import shutil
import sqlite3
import time
from contextlib import closing
from urllib.parse import urlsplit

from docker import inspect
from said import MoveError

IMAGE = r"^grafana(-oss|-enterprise)?$"


def find(container):
    if container.env.get("GF_DATABASE_TYPE", "sqlite3") != "sqlite3" or container.env.get("GF_DATABASE_URL"):
        raise MoveError("its database is no file of its own (%s). Export its dashboards as JSON." % container.env.get("GF_DATABASE_TYPE", "GF_DATABASE_URL"))
    text, _ = container.answer("/api/health", r'"database"', [3000])
    path = os.path.join(container.env.get("GF_PATHS_DATA", "/var/lib/grafana"), container.env.get("GF_DATABASE_PATH", "grafana.db"))
    return {"paths": [path, path + "-wal"], "bytes": container.bytes_of(path), "version": json.loads(text).get("version", "")}


def flush(container):
    """Nothing: a database is whole when its program was stopped."""


def into(server, about):
    new = server.services["grafana"]["version"]
    if number(about.get("version", "")) > number(new):
        raise MoveError("The old Grafana is %s and the new one %s: a database cannot go back. Nothing was changed." % (about["version"], new))
    path = os.path.join(server.stage, next(name for name in sorted(os.listdir(server.stage)) if not name.endswith("-wal")))
    said = adapt(path, server.config("provisioning/datasources/lgtm.yml"), about["stack"], admin_password(server))
    target = os.path.join(server.data, "grafana.db")

    def place():
        backup = ""
        if os.path.exists(target):
            folder = os.path.join(server.root, "data", "grafana-backups")
            os.makedirs(folder, mode=0o700, exist_ok=True)
            backup = os.path.join(folder, "before-moving-in-%s.db" % time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()))
            with closing(sqlite3.connect(target)) as old, closing(sqlite3.connect(backup)) as copy:
                old.backup(copy)
            os.chmod(backup, 0o600)
        for log in (target + "-wal", target + "-shm"):
            if os.path.exists(log):
                os.remove(log)
        shutil.move(path, target)
        os.chmod(target, 0o640)
        return backup

    backup = server.stopped(place)
    yield from said
    if backup:
        yield "grafana: the new server's own database of before is %s" % backup


def number(version):
    return [int(part) for part in re.findall(r"\d+", version)[:3]]


def admin_password(server):
    """What the new server's stack says it is."""
    for mount in inspect(server.container)[0]["Mounts"]:
        path = os.path.join(mount["Source"], "admin-password")
        if mount["Destination"] == "/lgtm/secrets" and os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                return file.read().strip()
    return ""


def adapt(path, provisioning, stack, password):
    """Makes the database one of the new server. `stack`: names and ports of the old containers, by what they are. Returns what a person should know."""
    said = []
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        if not whole(database):
            raise MoveError("The old Grafana's database is not whole. Nothing was changed.")
        count = lambda table, where="1": database.execute("SELECT count(*) FROM %s WHERE %s" % (table, where)).fetchone()[0] if columns(database, table) else 0
        # From Grafana 12 on they can be in a table of all kinds of things.
        dashboards = max(count("dashboard", "is_folder = 0"), count("resource", "\"group\" = 'dashboard.grafana.app' AND resource = 'dashboards'"))
        said.append("grafana: %d dashboards, %d users" % (dashboards, count("user")))
        said += datasources(database, provisioned(provisioning), stack)
        # Encrypted with the old server's key, and of no use with another: a key that cannot be read would keep new ones from being made.
        encrypted = [table for table in ("data_keys", "secrets", "secret_data_key") if count(table)]
        for table in encrypted:
            database.execute("DELETE FROM %s" % table)
        if encrypted:
            said.append("grafana: what it had encrypted (passwords of datasources and contact points) cannot be read on another server; enter it again")
        if count("dashboard_provisioning"):
            # Grafana deletes those whose files it does not have.
            said.append("grafana: %d dashboards came from files on the old server; from now on they are ordinary ones, and can be changed" % count("dashboard_provisioning"))
            database.execute("DELETE FROM dashboard_provisioning")
        if count("alert_rule"):
            said.append("grafana: %d alert rules of its own are not evaluated on the new server; docs/alerts.md has the way there" % count("alert_rule"))
        said += admin(database, password)
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("PRAGMA journal_mode = DELETE")
    return said


def whole(database):
    try:
        return database.execute("PRAGMA integrity_check").fetchone()[0] == "ok" and bool(columns(database, "data_source"))
    except sqlite3.DatabaseError:
        return False


def datasources(database, own, stack):
    said = []
    for row in database.execute("SELECT * FROM data_source").fetchall():
        old = dict(row)
        if old["uid"] in {each["uid"] for each in own}:
            # The new server has one with this uid, and puts it there when it starts.
            database.execute("DELETE FROM data_source WHERE id = ?", (old["id"],))
            said.append("datasource %s: the new server's own has the same uid, %s" % (old["name"], old["uid"]))
            continue
        # As above: one that came from a file would be deleted, or could not be changed any more.
        new = {"read_only": 0, "is_prunable": 0}
        # By name the new server would take it for its own, and give it another uid.
        if old["name"] in {each["name"] for each in own}:
            new["name"] = "%s (moved in)" % old["name"]
        same = [each for each in own if each["type"] == old["type"]]
        if same and of_stack(old["url"] or "", stack.get(old["type"])):
            new.update({"url": same[0]["url"], "access": "proxy", "basic_auth": 0, "is_default": 0})
            said.append("datasource %s (uid %s): %s → the new server" % (old["name"], old["uid"], old["url"]))
        else:
            said.append("datasource %s (uid %s): left as it is, %s" % (old["name"], old["uid"], old["url"] or "without an address"))
        if old.get("secure_json_data") not in (None, "", "{}", "null"):
            new["secure_json_data"] = "{}"
        known = columns(database, "data_source")
        new = {key: value for key, value in new.items() if key in known}
        if new:
            database.execute("UPDATE data_source SET %s WHERE id = ?" % ", ".join("%s = ?" % key for key in new), [*new.values(), old["id"]])
    return said


def of_stack(url, container):
    """Whether an address is that of the old stack's container: by a name that only containers know, or by the port that the old server gives to it."""
    if not container:
        return False
    try:
        parts = urlsplit(url if "//" in url else "//" + url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return False
    return parts.hostname in container["names"] or port in container["published"]


def provisioned(text):
    """Name, uid, type and address of the datasources in the file that this library makes."""
    return [dict(re.findall(r"(?m)^(?:- |    )(name|uid|type|url): \"?([^\"\n]+)", block)) for block in re.split(r"(?m)^  (?=- )", text)[1:]]


def admin(database, password):
    """The password that the new server's stack gives works for the user admin; others keep theirs (pkg/util/encoding.go of Grafana: PBKDF2, 10,000 rounds, 50 bytes)."""
    logins = [row["login"] for row in database.execute('SELECT login FROM "user" WHERE is_admin = 1').fetchall()] if columns(database, "user") else []
    row = database.execute('SELECT id, salt FROM "user" WHERE login = ?', ("admin",)).fetchone() if columns(database, "user") else None
    if row is None:
        return ["grafana: there is no user admin, so the new server's password for it is of no use; sign in as %s with the old password" % " or ".join(logins)]
    if not password:
        return []
    encoded = hashlib.pbkdf2_hmac("sha256", password.encode(), (row["salt"] or "").encode(), 10000, 50).hex()
    database.execute('UPDATE "user" SET password = ? WHERE id = ?', (encoded, row["id"]))
    return ["grafana: the user admin has the new server's password, everybody else the one of before"]


def columns(database, table):
    return {row[1] for row in database.execute('PRAGMA table_info("%s")' % table).fetchall()}
