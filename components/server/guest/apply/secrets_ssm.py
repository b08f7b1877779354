"""Secrets in AWS Systems Manager's Parameter Store, read with the machine's role."""
from __future__ import annotations

import json
import re
from datetime import datetime, timezone

from sign_s3 import signed
from store_http import Token, done, request
from store_s3 import credentials

# As many as GetParameters takes.
BATCH = 10
VERSION = re.compile(r"[0-9]{1,9}")
HEADERS = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.GetParameters"}


def fetch(config: dict, versions: dict) -> dict[str, bytes]:
    region, role = config["region"], Token(credentials)
    url = (config.get("endpoint") or "https://ssm.%s.amazonaws.com%s" % (region, ".cn" if region.startswith("cn-") else "")).rstrip("/") + "/"
    names = {"%s/%s" % (config["prefix"].rstrip("/"), name): name for name in versions}
    asked = [path + (":" + versions[name] if VERSION.fullmatch(versions[name] or "") else "") for path, name in names.items()]
    found = {}
    for start in range(0, len(asked), BATCH):
        body = json.dumps({"Names": asked[start:start + BATCH], "WithDecryption": True}).encode()

        def headers(body=body):
            return signed("POST", url, region, *role.get(), body, datetime.now(timezone.utc), "ssm", HEADERS)
        answer = json.loads(done("POST", url, *request("POST", url, headers, body)))
        for parameter in answer["Parameters"]:
            found[names[parameter["Name"]]] = parameter["Value"].encode()
    return found
