"""Opens a store: where releases come from and status goes."""


def open_store(config: dict):
    """A store with get(path) -> bytes or None, and put(path, bytes). Raises OSError when it cannot be reached or refuses."""
    kind = config["kind"]
    if kind == "folder":
        import store_folder as module
    elif kind == "s3":
        import store_s3 as module
    elif kind == "azure-blob":
        import store_azure as module
    elif kind == "gcs":
        import store_gcs as module
    else:
        raise ValueError("machine.json: store.kind is %r; it can be folder, s3, azure-blob or gcs" % kind)
    return module.Store(config)


def status_store(machine: dict):
    return open_store(machine.get("statusStore") or machine["store"])
