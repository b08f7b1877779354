"""The token of the push client: of the machine's secret store, fetched with the machine's identity, or the one that is there."""
from failed import Failed
from files import read
from paths import TOKEN


def token_of(source):
    """`source` is as machine.json has it for secrets, with the secret's name; null: whoever applied the document gave it before."""
    if source is None:
        there = read(TOKEN)
        if not there:
            raise Failed("This server has no token yet, and none was given.")
        return there.decode().strip()
    import secrets_store

    name = source["name"]
    try:
        found = secrets_store.fetch(source, [name])
    except OSError as error:
        raise Failed("The token cannot be read from the secret store: %s" % error)
    if name not in found:
        raise Failed("The secret store has no %r for this machine's identity to read." % name)
    return found[name].decode().strip()
