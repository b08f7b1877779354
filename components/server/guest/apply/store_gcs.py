"""A store that is a bucket of Google Cloud Storage, read and written with the machine's service account."""
import os
from urllib.parse import quote

from store_http import INTERVAL, PATIENCE, Token, bearer, done, got, request

__all__ = ["INTERVAL", "PATIENCE", "Store"]


class Store:
    def __init__(self, config):
        self.endpoint = (config.get("endpoint") or "https://storage.googleapis.com").rstrip("/")
        self.bucket = config["bucket"]
        self.prefix = config.get("prefix", "")
        self.token = Token(service_account)

    def get(self, path):
        """Bytes of an object; None when it is not there."""
        url = "%s/storage/v1/b/%s/o/%s?alt=media" % (self.endpoint, quote(self.bucket), self._name(path))
        return got(url, *request("GET", url, self._headers))

    def put(self, path, data):
        url = "%s/upload/storage/v1/b/%s/o?uploadType=media&name=%s" % (self.endpoint, quote(self.bucket), self._name(path))
        done("POST", url, *request("POST", url, lambda: {**self._headers(), "content-type": "application/octet-stream"}, data))

    def _name(self, path):
        return quote("%s/%s" % (self.prefix, path) if self.prefix else path, safe="")

    def _headers(self):
        return {"authorization": "Bearer " + self.token.get()}


def service_account():
    host = os.environ.get("GCE_METADATA_HOST", "169.254.169.254")
    return bearer("http://%s/computeMetadata/v1/instance/service-accounts/default/token" % host, {"Metadata-Flavor": "Google"})
