"""Secrets in AWS Systems Manager's Parameter Store, read with the machine's role."""
from __future__ import annotations

import json
from datetime import datetime, timezone

from sign_s3 import signed
from store_http import Token, done, request
from store_s3 import credentials

# As many as GetParameters takes.
BATCH = 10
HEADERS = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.GetParameters"}


def fetch(config: dict, names: list[str]) -> dict[str, bytes]:
    region, role = config["region"], Token(credentials)
    url = (config.get("endpoint") or "https://ssm.%s.amazonaws.com%s" % (region, ".cn" if region.startswith("cn-") else "")).rstrip("/") + "/"
    prefix = config["prefix"].rstrip("/") + "/"
    found = {}
    for start in range(0, len(names), BATCH):
        body = json.dumps({"Names": [prefix + name for name in names[start:start + BATCH]], "WithDecryption": True}).encode()

        def headers(body=body):
            return signed("POST", url, region, *role.get(), body, datetime.now(timezone.utc), "ssm", HEADERS)
        answer = json.loads(done("POST", url, *request("POST", url, headers, body)))
        for parameter in answer["Parameters"]:
            found[parameter["Name"][len(prefix):]] = parameter["Value"].encode()
    return found
