"""A store that is an S3 bucket, read and written with the machine's role."""
import json
import os
from datetime import datetime, timezone

from sign_s3 import encode, signed
from store_http import INTERVAL, PATIENCE, Token, done, got, metadata, request

__all__ = ["INTERVAL", "PATIENCE", "Store"]


class Store:
    def __init__(self, config):
        self.region = config["region"]
        bucket, domain = config["bucket"], "amazonaws.com.cn" if self.region.startswith("cn-") else "amazonaws.com"
        if config.get("endpoint"):
            self.base = "%s/%s" % (config["endpoint"].rstrip("/"), bucket)
        elif "." in bucket:
            # A name with dots is not covered by the certificate of the bucket's own host name.
            self.base = "https://s3.%s.%s/%s" % (self.region, domain, bucket)
        else:
            self.base = "https://%s.s3.%s.%s" % (bucket, self.region, domain)
        self.prefix = config.get("prefix", "")
        self.credentials = Token(credentials)

    def get(self, path):
        """Bytes of an object; None when it is not there. Without the right to list, S3 says 403 for that: an OSError."""
        url = self._url(path)
        return got(url, *request("GET", url, lambda: self._headers("GET", url, b"")))

    def put(self, path, data):
        url = self._url(path)
        done("PUT", url, *request("PUT", url, lambda: {**self._headers("PUT", url, data), "content-type": "application/json"}, data))

    def _url(self, path):
        return "%s/%s" % (self.base, encode("%s/%s" % (self.prefix, path) if self.prefix else path))

    def _headers(self, method, url, body):
        key, secret, token = self.credentials.get()
        return signed(method, url, self.region, key, secret, token, body, datetime.now(timezone.utc))


def credentials():
    """Of the environment where it has them, else of the machine's role (IMDSv2); with the seconds they live."""
    if os.environ.get("AWS_ACCESS_KEY_ID"):
        return (os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"], os.environ.get("AWS_SESSION_TOKEN")), 3600
    base = os.environ.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://169.254.169.254").rstrip("/") + "/latest"
    session = {"X-aws-ec2-metadata-token": metadata("PUT", base + "/api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "300"})}
    role = metadata("GET", base + "/meta-data/iam/security-credentials/", session).split()
    if not role:
        raise OSError("the machine has no role: attach an instance profile")
    answer = json.loads(metadata("GET", base + "/meta-data/iam/security-credentials/" + role[0], session))
    if "AccessKeyId" not in answer:
        raise OSError("the machine's role %s gives no credentials: %s" % (role[0], answer.get("Code")))
    until = datetime.strptime(answer["Expiration"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    return (answer["AccessKeyId"], answer["SecretAccessKey"], answer["Token"]), (until - datetime.now(timezone.utc)).total_seconds()
