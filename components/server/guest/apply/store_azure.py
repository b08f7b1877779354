"""A store that is a container of Azure Blob Storage, read and written with the machine's managed identity."""
import os
from email.utils import formatdate
from urllib.parse import quote, urlencode

from sign_azure import signed
from store_http import INTERVAL, PATIENCE, Token, bearer, done, got, request

__all__ = ["INTERVAL", "PATIENCE", "Store"]
VERSION = "2021-08-06"


class Store:
    def __init__(self, config):
        self.account = config["account"]
        endpoint = config.get("endpoint") or "https://%s.blob.core.windows.net" % self.account
        self.base = "%s/%s" % (endpoint.rstrip("/"), config["container"])
        self.prefix = config.get("prefix", "")
        self.token = Token(lambda: identity(config.get("clientId")))

    def get(self, path):
        """Bytes of a blob; None when it is not there."""
        url = self._url(path)
        return got(url, *request("GET", url, lambda: self._headers("GET", url, {})))

    def put(self, path, data):
        url = self._url(path)
        own = {"x-ms-blob-type": "BlockBlob", "content-type": "application/json", "content-length": str(len(data))}
        done("PUT", url, *request("PUT", url, lambda: self._headers("PUT", url, own), data))

    def _url(self, path):
        return "%s/%s" % (self.base, quote("%s/%s" % (self.prefix, path) if self.prefix else path, safe="/-_.~"))

    def _headers(self, method, url, own):
        headers = {**own, "x-ms-version": VERSION, "x-ms-date": formatdate(usegmt=True)}
        if os.environ.get("AZURE_STORAGE_KEY"):
            return signed(method, url, headers, self.account, os.environ["AZURE_STORAGE_KEY"])
        return {**headers, "authorization": "Bearer " + self.token.get()}


def identity(client_id, resource="https://storage.azure.com/"):
    base = os.environ.get("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://169.254.169.254").rstrip("/")
    query = {"api-version": "2018-02-01", "resource": resource, **({"client_id": client_id} if client_id else {})}
    return bearer("%s/metadata/identity/oauth2/token?%s" % (base, urlencode(query)), {"Metadata": "true"})
