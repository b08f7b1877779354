"""A store that is a folder of this machine."""
import os

# Seconds between two looks at the pointer.
INTERVAL = 1
# Seconds in which a new machine's rights on the store may still be on their way.
PATIENCE = 0


class Store:
    def __init__(self, config):
        self.path = config["path"]

    def get(self, path):
        """Bytes of an object; None when it is not there."""
        try:
            with open(os.path.join(self.path, path), "rb") as file:
                return file.read()
        except FileNotFoundError:
            if not os.path.isdir(self.path):
                raise OSError("the store folder %s is not there" % self.path)
            return None

    def put(self, path, data):
        target = os.path.join(self.path, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        part = "%s.%d.part" % (target, os.getpid())
        with open(part, "wb") as file:
            file.write(data)
        os.replace(part, target)
