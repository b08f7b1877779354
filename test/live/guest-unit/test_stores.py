"""The four stores, each against a stand-in of its server: moto for S3, Azurite for Azure Blob, gcp-storage-emulator for GCS."""
import json
import os
import sys
import unittest
from datetime import datetime, timedelta, timezone
from unittest import mock

import guest
import store_http
from aws import REGION, Aws, started
from stores import open_store

PATHS = ["pointer.json", "status/0123.json", "a key with spaces+plus.json", "모니터링/상태.json"]
# Azurite's published account.
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


class Contract:
    """What every store does."""

    def check(self, store):
        for path in PATHS:
            self.assertIsNone(store.get(path), path)
            store.put(path, "first 첫째".encode())
            self.assertEqual(store.get(path), "first 첫째".encode(), path)
            store.put(path, b"second")
            self.assertEqual(store.get(path), b"second", path)


class Folder(Contract, unittest.TestCase):
    def test_a_folder(self):
        place = guest.folder(self)
        self.check(open_store({"kind": "folder", "path": place}))
        left = [name for _, _, names in os.walk(place) for name in names if "part" in name]
        self.assertEqual(left, [])

    def test_a_folder_that_is_not_there_is_unreachable_not_empty(self):
        with self.assertRaisesRegex(OSError, "is not there"):
            open_store({"kind": "folder", "path": "/nonexistent/store"}).get("pointer.json")


class S3(Contract, unittest.TestCase):
    def setUp(self):
        self.aws = Aws(self, "s3:*", lambda client: client("s3").create_bucket(Bucket="releases", CreateBucketConfiguration={"LocationConstraint": REGION}))

    def store(self, **more):
        return open_store({"kind": "s3", "bucket": "releases", "prefix": "mon", "region": REGION, "endpoint": self.aws.endpoint, **more})

    def test_a_bucket(self):
        self.check(self.store())

    def test_a_wrong_signature_is_an_error_in_the_stores_words(self):
        guest.environment(self, AWS_SECRET_ACCESS_KEY="wrong")
        with self.assertRaisesRegex(OSError, "HTTP 403: .*SignatureDoesNotMatch"):
            self.store().get("pointer.json")

    def test_a_missing_bucket_has_no_objects(self):
        self.assertIsNone(self.store(bucket="not-there").get("pointer.json"))

    def test_the_machines_role_signs_with_a_session_token(self):
        """Instance metadata is a stand-in that gives out the role's keys only to who shows an IMDSv2 token."""
        asked = []

        def answer(method, path, headers):
            asked.append((method, path))
            if (method, path) == ("PUT", "/latest/api/token"):
                return 200, b"imds-token"
            if headers.get("X-aws-ec2-metadata-token") != "imds-token":
                return 401, b"no token"
            if path.endswith("/security-credentials/"):
                return 200, b"the-role"
            until = (datetime.now(timezone.utc) + timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%SZ")
            keys = {name: self.aws.session[name] for name in ("AccessKeyId", "SecretAccessKey")}
            return 200, json.dumps({"Code": "Success", **keys, "Token": self.aws.session["SessionToken"], "Expiration": until}).encode()
        guest.environment(self, AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None, AWS_EC2_METADATA_SERVICE_ENDPOINT=guest.serve(self, answer))
        store = self.store()
        self.check(store)
        self.assertEqual(asked, [("PUT", "/latest/api/token"), ("GET", "/latest/meta-data/iam/security-credentials/"), ("GET", "/latest/meta-data/iam/security-credentials/the-role")])

    def test_a_machine_without_a_role_is_no_empty_bucket(self):
        """Instance metadata is a stand-in of a machine to which no role is attached."""
        guest.environment(self, AWS_ACCESS_KEY_ID=None, AWS_EC2_METADATA_SERVICE_ENDPOINT=guest.serve(self, lambda method, path, headers: (200, b"token") if method == "PUT" else (404, b"not found")))
        with mock.patch.object(store_http, "TRIES", 1), self.assertRaisesRegex(OSError, "metadata service: HTTP 404: not found"):
            self.store().get("pointer.json")


class AzureBlob(Contract, unittest.TestCase):
    def setUp(self):
        port = guest.free_port()
        self.endpoint = "http://127.0.0.1:%d/devstoreaccount1" % port
        azurite = os.environ["PULUMI_LGTM_TEST_AZURITE"]
        started(self, ["node", azurite, "--blobHost", "127.0.0.1", "--blobPort", str(port), "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry"], self.endpoint)
        guest.environment(self, AZURE_STORAGE_KEY=AZURITE_KEY)
        from azure.storage.blob import BlobServiceClient
        BlobServiceClient(self.endpoint, credential={"account_name": "devstoreaccount1", "account_key": AZURITE_KEY}).create_container("releases")

    def store(self, **more):
        return open_store({"kind": "azure-blob", "account": "devstoreaccount1", "container": "releases", "prefix": "", "endpoint": self.endpoint, **more})

    def test_a_container(self):
        self.check(self.store())

    def test_a_wrong_key_is_an_error_in_the_stores_words(self):
        guest.environment(self, AZURE_STORAGE_KEY="d3Jvbmc=")
        with self.assertRaisesRegex(OSError, "HTTP 403"):
            self.store().get("pointer.json")


class AzureIdentity(unittest.TestCase):
    def test_the_machines_identity_is_a_bearer_token(self):
        """Both the metadata service and the blob are stand-ins here: Azurite takes no token without TLS."""
        seen = []

        def answer(method, path, headers):
            seen.append((method, path, headers.get("Metadata"), headers.get("Authorization")))
            return 200, b'{"access_token": "tok", "expires_in": "3600"}' if path.startswith("/metadata/") else b"blob"
        address = guest.serve(self, answer)
        guest.environment(self, AZURE_STORAGE_KEY=None, AZURE_POD_IDENTITY_AUTHORITY_HOST=address)
        store = open_store({"kind": "azure-blob", "account": "acc", "container": "c", "prefix": "p", "endpoint": address, "clientId": "me"})
        self.assertEqual(store.get("pointer.json"), b"blob")
        self.assertEqual(store.get("pointer.json"), b"blob")
        token = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fstorage.azure.com%2F&client_id=me"
        self.assertEqual(seen, [("GET", token, "true", None)] + [("GET", "/c/p/pointer.json", None, "Bearer tok")] * 2)


class Gcs(Contract, unittest.TestCase):
    def setUp(self):
        port = guest.free_port()
        self.endpoint = "http://127.0.0.1:%d" % port
        command = [os.path.join(os.path.dirname(sys.executable), "gcp-storage-emulator"), "start", "--host=127.0.0.1", "--port=%d" % port, "--in-memory", "--default-bucket=releases"]
        started(self, command, self.endpoint)

        def token(method, path, headers):
            if headers.get("Metadata-Flavor") != "Google" or path != "/computeMetadata/v1/instance/service-accounts/default/token":
                return 403, b""
            return 200, b'{"access_token": "tok", "expires_in": 3599}'
        guest.environment(self, GCE_METADATA_HOST=guest.serve(self, token).split("//")[1])

    def test_a_bucket(self):
        self.check(open_store({"kind": "gcs", "bucket": "releases", "prefix": "mon", "endpoint": self.endpoint}))


class Kinds(unittest.TestCase):
    def test_an_unknown_kind_is_named_with_those_that_are_known(self):
        with self.assertRaisesRegex(ValueError, "'ftp'; it can be folder, s3, azure-blob or gcs"):
            open_store({"kind": "ftp"})


if __name__ == "__main__":
    unittest.main()
