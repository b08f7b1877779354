"""Copies of a real SQLite database in WAL mode while something writes to it."""
import os
import sqlite3
import unittest
from contextlib import closing
from unittest import mock

import guest
import grafana_db


class GrafanaDatabase(unittest.TestCase):
    def setUp(self):
        self.root = guest.folder(self)
        self.machine = {"root": self.root}
        os.makedirs(os.path.join(self.root, "data", "grafana"))
        self.live = sqlite3.connect(grafana_db.database(self.machine))
        self.addCleanup(self.live.close)
        self.live.execute("PRAGMA journal_mode=WAL")
        self.live.execute("CREATE TABLE t (v TEXT)")
        self.put("before")

    def put(self, text):
        self.live.execute("DELETE FROM t")
        self.live.execute("INSERT INTO t VALUES (?)", (text,))
        self.live.commit()

    def value(self, path):
        with closing(sqlite3.connect(path)) as db:
            return db.execute("SELECT v FROM t").fetchone()[0]

    def test_a_copy_has_what_is_still_in_the_write_ahead_log(self):
        self.assertGreater(os.path.getsize(grafana_db.database(self.machine) + "-wal"), 0)
        self.assertEqual(self.value(grafana_db.backup(self.machine)), "before")

    def test_a_restored_copy_is_not_overlaid_by_the_log_of_the_newer_database(self):
        copy = grafana_db.backup(self.machine)
        self.put("migrated")
        # The database as a killed Grafana leaves it: the newer rows are in the log alone.
        path = grafana_db.database(self.machine)
        left = {name: guest.read_bytes(path + name) for name in ("", "-wal", "-shm")}
        self.live.close()
        for name, data in left.items():
            with open(path + name, "wb") as file:
                file.write(data)
        grafana_db.restore(self.machine, copy)
        self.assertEqual(self.value(path), "before")

    def test_three_copies_are_kept(self):
        for second in range(5):
            with mock.patch("grafana_db.time.strftime", return_value="20261122T15040%dZ" % second):
                grafana_db.backup(self.machine)
        kept = sorted(os.listdir(os.path.join(self.root, "data", "grafana-backups")))
        self.assertEqual(kept, ["grafana-20261122T15040%dZ.db" % second for second in (2, 3, 4)])

    def test_without_a_database_there_is_no_copy(self):
        self.assertIsNone(grafana_db.backup({"root": guest.folder(self)}))


if __name__ == "__main__":
    unittest.main()
