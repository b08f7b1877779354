"""Our Shared Key signatures against those of azure-storage-blob, Azure's own SDK."""
import base64
import unittest

import guest  # noqa: F401
from azure.core.pipeline import PipelineContext, PipelineRequest
from azure.core.pipeline.transport import HttpRequest
from azure.storage.blob._shared.authentication import SharedKeyCredentialPolicy
from sign_azure import signed

KEY = base64.b64encode(b"a key of an account that does not exist").decode()
DATE = "Sun, 22 Nov 2026 15:04:05 GMT"


class SignAzure(unittest.TestCase):
    def sign_both(self, method, url, headers):
        request = HttpRequest(method, url, headers=dict(headers))
        SharedKeyCredentialPolicy("account", KEY).on_request(PipelineRequest(request, PipelineContext(None)))
        return signed(method, url, headers, "account", KEY)["authorization"], request.headers["Authorization"]

    def test_reads_and_writes_are_signed_as_the_sdk_signs_them(self):
        common = {"x-ms-version": "2021-08-06", "x-ms-date": DATE}
        put = {**common, "x-ms-blob-type": "BlockBlob", "content-type": "application/json", "content-length": "42"}
        for path in ("pointer.json", "a%20key%20with%20spaces.json", "plus%2Bsign.json", "%EC%83%81%ED%83%9C.json", "nested/path.json"):
            for method, headers in (("GET", common), ("PUT", put)):
                for query in ("", "?comp=metadata&restype=container"):
                    with self.subTest(path=path, method=method, query=query):
                        self.assertEqual(*self.sign_both(method, "https://account.blob.core.windows.net/c/%s%s" % (path, query), headers))

    def test_an_empty_body_is_signed_without_its_length(self):
        headers = {"x-ms-version": "2021-08-06", "x-ms-date": DATE, "content-length": "0", "x-ms-blob-type": "BlockBlob"}
        self.assertEqual(*self.sign_both("PUT", "https://account.blob.core.windows.net/c/empty", headers))


if __name__ == "__main__":
    unittest.main()
