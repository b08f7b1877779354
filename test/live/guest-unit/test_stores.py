"""The four stores, each against a stand-in of its server: moto for S3, Azurite for Azure Blob, gcp-storage-emulator for GCS."""
import json
import os
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone

import guest
from stores import open_store

PATHS = ["pointer.json", "status/0123.json", "a key with spaces+plus.json", "모니터링/상태.json"]
# Azurite's published account.
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def started(test, command, url, **environment):
    """Starts a server for the test and waits until it answers anything."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **environment})
    test.addCleanup(child.wait)
    test.addCleanup(child.kill)
    until = time.monotonic() + 60
    while True:
        try:
            return urllib.request.urlopen(url, timeout=5)
        except urllib.error.HTTPError as error:
            return error
        except OSError:
            if child.poll() is not None or time.monotonic() > until:
                raise AssertionError("%s does not answer at %s" % (command[0], url))
            time.sleep(0.2)


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
        port = guest.free_port()
        self.endpoint = "http://127.0.0.1:%d" % port
        # After these first requests, which make the user and the bucket, moto checks each signature.
        started(self, [os.path.join(os.path.dirname(sys.executable), "moto_server"), "-H", "127.0.0.1", "-p", str(port)], self.endpoint + "/moto-api/",
                INITIAL_NO_AUTH_ACTION_COUNT="20")
        self.key, self.secret = self.allowed_user()
        guest.environment(self, AWS_ACCESS_KEY_ID=self.key, AWS_SECRET_ACCESS_KEY=self.secret, AWS_SESSION_TOKEN=None)

    def allowed_user(self):
        """A user and a role that may do everything in S3, and a bucket."""
        client = self.client
        policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
        client("iam").create_user(UserName="guest")
        client("iam").put_user_policy(UserName="guest", PolicyName="all", PolicyDocument=policy)
        made = client("iam").create_access_key(UserName="guest")["AccessKey"]
        role = client("iam").create_role(RoleName="the-role", AssumeRolePolicyDocument="{}")["Role"]
        client("iam").put_role_policy(RoleName="the-role", PolicyName="all", PolicyDocument=policy)
        self.session = client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="guest")["Credentials"]
        client("s3").create_bucket(Bucket="releases", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        urllib.request.urlopen(urllib.request.Request(self.endpoint + "/moto-api/reset-auth", b"0", {"Content-Type": "text/plain"}, method="POST")).close()
        return made["AccessKeyId"], made["SecretAccessKey"]

    def client(self, name):
        import botocore.session
        return botocore.session.get_session().create_client(name, region_name="eu-central-1", endpoint_url=self.endpoint, aws_access_key_id="a", aws_secret_access_key="b")

    def store(self, **more):
        return open_store({"kind": "s3", "bucket": "releases", "prefix": "mon", "region": "eu-central-1", "endpoint": self.endpoint, **more})

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
            keys = {name: self.session[name] for name in ("AccessKeyId", "SecretAccessKey")}
            return 200, json.dumps({"Code": "Success", **keys, "Token": self.session["SessionToken"], "Expiration": until}).encode()
        guest.environment(self, AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None, AWS_EC2_METADATA_SERVICE_ENDPOINT=guest.serve(self, answer))
        store = self.store()
        self.check(store)
        self.assertEqual(asked, [("PUT", "/latest/api/token"), ("GET", "/latest/meta-data/iam/security-credentials/"), ("GET", "/latest/meta-data/iam/security-credentials/the-role")])


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
