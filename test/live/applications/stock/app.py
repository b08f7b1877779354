"""A small stock keeper, whose log.py is the one of docs/applications.md."""
import logging

import log  # noqa: F401
from flask import Flask

app = Flask("stock")


@app.get("/stock/<item>")
def stock(item):
    logging.warning("stock of %s is low", item)
    return "stock"


app.run("127.0.0.1", 5000)
