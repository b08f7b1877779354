"""Object storage of the new server, reached as the server itself reaches it: with its machine's identity, by the program that is on it."""
import os
import re
import sys

from said import MoveError, say


def open_bucket(text, program):
    """Of a service's configuration as the release has it. `program`: folder of the release's own program."""
    sys.path.append(program)
    import stores

    section = text[re.search(r"(?m)^storage(_config)?:", text).start():]

    def of(key):
        found = re.search(r'(?m)^ +%s: "?([^"\n]*)' % key, section)
        return found.group(1) if found else ""

    prefix = of("storage_prefix") or of("prefix")
    if of("account_name") or of("storage_account_name"):
        account, suffix = of("account_name") or of("storage_account_name"), of("endpoint_suffix")
        return stores.open_store({"kind": "azure-blob", "account": account, "container": of("container_name"), "prefix": prefix, "clientId": of("user_assigned_id"), **({"endpoint": "https://%s.%s" % (account, suffix)} if suffix else {})})
    name = of("bucket_name") or of("bucket")
    if of("region"):
        plain = of("insecure") == "true"
        return stores.open_store({"kind": "s3", "bucket": name, "region": of("region"), "prefix": prefix, **({} if of("endpoint").startswith("s3.") else {"endpoint": "http%s://%s" % ("" if plain else "s", of("endpoint"))})})
    return stores.open_store({"kind": "gcs", "bucket": name, "prefix": prefix})


def upload(bucket, objects):
    """`objects`: file and key of each. Returns how many. What is there already is written again with the same content."""
    count = 0
    for path, key in objects:
        with open(path, "rb") as file:
            data = file.read()
        try:
            bucket.put(key, data)
        except OSError as error:
            raise MoveError("%s cannot be written to the new server's object storage: %s. Run this again: it goes on." % (key, error))
        count += 1
        if count % 1000 == 0:
            say("%d objects" % count)
    return count


def files_of(folder):
    return sorted(os.path.relpath(os.path.join(base, name), folder) for base, _, names in os.walk(folder) for name in names)
