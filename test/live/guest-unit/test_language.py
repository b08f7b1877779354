"""The guest runs on what every cloud image has."""
import ast
import os
import subprocess
import sys
import unittest

import guest


class Language(unittest.TestCase):
    def test_every_file_is_python_3_8_and_of_the_standard_library(self):
        names = sorted(os.listdir(guest.APPLY))
        own = {name[:-3] for name in names}
        paths = [os.path.join(guest.APPLY, name) for name in names if name.endswith(".py")] + [os.path.join(guest.GUEST, "stage0.py")]
        for path in paths:
            tree = ast.parse(guest.read(path), path, feature_version=(3, 8))
            for node in ast.walk(tree):
                found = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module] if isinstance(node, ast.ImportFrom) else []
                for name in found:
                    self.assertIn(name.split(".")[0], sys.stdlib_module_names | own | {"store"}, path)

    def test_help_names_every_mode(self):
        said = subprocess.run([sys.executable, "-B", guest.APPLY, "--help"], stdout=subprocess.PIPE, universal_newlines=True).stdout
        for mode in ("--release", "--status", "--destroy", "--secrets-only", "--delete-data"):
            self.assertIn(mode, said)


if __name__ == "__main__":
    unittest.main()
