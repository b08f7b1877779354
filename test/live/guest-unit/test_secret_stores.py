"""The clouds' secret stores: moto for SSM; Key Vault and Secret Manager have no emulator, so small stand-ins answer as their documents say."""
import base64
import json
import unittest
from unittest import mock

import guest
import secrets_store
import store_http
from aws import REGION, Aws

# A GetParameters takes ten.
NAMES = ["push-client-%d" % number for number in range(12)]


class Ssm(unittest.TestCase):
    def aws(self, actions="ssm:*"):
        def prepare(client):
            for name in NAMES:
                client("ssm").put_parameter(Name="/lgtm/mon/" + name, Type="SecureString", Value="first 첫째 " + name)
            client("ssm").put_parameter(Name="/lgtm/mon/" + NAMES[0], Type="SecureString", Value="second", Overwrite=True)
        return Aws(self, actions, prepare)

    def fetch(self, aws, *names):
        return secrets_store.fetch({"kind": "ssm", "prefix": "/lgtm/mon", "region": REGION, "endpoint": aws.endpoint}, names)

    def test_every_parameter_is_decrypted_and_a_missing_one_left_out(self):
        found = self.fetch(self.aws("ssm:GetParameters"), *NAMES, "not-there")
        self.assertEqual(found, {**{name: ("first 첫째 " + name).encode() for name in NAMES}, NAMES[0]: b"second"})

    def test_missing_rights_are_an_error_in_the_clouds_words(self):
        with self.assertRaisesRegex(OSError, "HTTP 4.*AccessDenied"):
            self.fetch(self.aws("s3:*"), NAMES[0])

    def test_a_store_that_is_away_is_an_error(self):
        aws = mock.Mock(endpoint="http://127.0.0.1:%d" % guest.free_port())
        guest.environment(self, AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b")
        with mock.patch.object(store_http, "TRIES", 1), self.assertRaisesRegex(OSError, "refused"):
            self.fetch(aws, NAMES[0])


class KeyVault(unittest.TestCase):
    """One stand-in for both the metadata service and the vault."""

    def setUp(self):
        self.asked, self.refuse = [], None
        values = {"mon-push": "second", "mon-read": "읽기\n"}

        def answer(method, path, headers):
            self.asked.append(path)
            if path.startswith("/metadata/"):
                return 200, json.dumps({"access_token": "tok", "expires_in": "3600"}).encode() if headers.get("Metadata") == "true" else b"{}"
            if headers.get("Authorization") != "Bearer tok":
                return 401, b'{"error": {"code": "Unauthorized"}}'
            if self.refuse:
                return self.refuse
            name, query = path[len("/secrets/"):].split("?")
            if query != "api-version=7.4" or name not in values:
                return 404, b'{"error": {"code": "SecretNotFound"}}'
            return 200, json.dumps({"value": values[name], "id": "https://mon.vault.azure.net/secrets/" + name}).encode()
        self.address = guest.serve(self, answer)
        guest.environment(self, AZURE_POD_IDENTITY_AUTHORITY_HOST=self.address)

    def fetch(self, *names):
        return secrets_store.fetch({"kind": "key-vault", "vault": self.address, "prefix": "mon", "clientId": "me"}, names)

    def test_the_machines_identity_reads_what_is_there(self):
        self.assertEqual(self.fetch("push", "read", "gone"), {"push": b"second", "read": "읽기\n".encode()})
        self.assertEqual(self.asked[0], "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net&client_id=me")
        self.assertEqual(self.asked[1:], ["/secrets/mon-%s?api-version=7.4" % name for name in ("push", "read", "gone")])

    def test_missing_rights_are_an_error_in_the_clouds_words(self):
        self.refuse = 403, b'{"error": {"code": "Forbidden", "message": "Caller is not authorized to perform action on resource."}}'
        with self.assertRaisesRegex(OSError, "HTTP 403: .*Caller is not authorized"):
            self.fetch("push")

    def test_an_answer_that_is_not_understood_is_not_quoted(self):
        for body in (b'{"walue": "hunter2"}', b"hunter2", b'["hunter2"]', b'"hunter2"'):
            self.refuse = 200, body
            with self.assertRaisesRegex(OSError, "does not understand") as caught:
                self.fetch("push")
            self.assertNotIn("hunter2", str(caught.exception))
            self.assertIsNone(caught.exception.__cause__)
            self.assertTrue(caught.exception.__suppress_context__)


class SecretManager(unittest.TestCase):
    """One stand-in for both the metadata service and the store."""

    def setUp(self):
        self.refuse = None
        values = {"mon-push/versions/latest": b"second", "mon-read/versions/latest": "읽기".encode()}

        def answer(method, path, headers):
            if path.startswith("/computeMetadata/"):
                return (200, b'{"access_token": "tok", "expires_in": 3599}') if headers.get("Metadata-Flavor") == "Google" else (403, b"")
            if headers.get("Authorization") != "Bearer tok":
                return 401, b'{"error": {"status": "UNAUTHENTICATED"}}'
            if self.refuse:
                return self.refuse
            name = path[len("/v1/projects/acme/secrets/"):]
            if name == "mon-old/versions/latest:access":
                return 400, b'{"error": {"code": 400, "status": "FAILED_PRECONDITION", "message": "Secret Version is in DESTROYED state."}}'
            if not name.endswith(":access") or name[:-7] not in values:
                return 404, b'{"error": {"code": 404, "status": "NOT_FOUND"}}'
            return 200, json.dumps({"name": name, "payload": {"data": base64.b64encode(values[name[:-7]]).decode(), "dataCrc32c": "1"}}).encode()
        self.address = guest.serve(self, answer)
        guest.environment(self, GCE_METADATA_HOST=self.address.split("//")[1])

    def fetch(self, *names):
        return secrets_store.fetch({"kind": "secret-manager", "project": "acme", "prefix": "mon", "endpoint": self.address}, names)

    def test_the_machines_service_account_reads_what_is_there(self):
        self.assertEqual(self.fetch("push", "read", "gone"), {"push": b"second", "read": "읽기".encode()})

    def test_a_destroyed_value_is_as_good_as_not_there(self):
        self.assertEqual(self.fetch("old", "push"), {"push": b"second"})

    def test_missing_rights_are_an_error_in_the_clouds_words(self):
        self.refuse = 403, b'{"error": {"status": "PERMISSION_DENIED", "message": "Permission denied on resource (or it may not exist)."}}'
        with self.assertRaisesRegex(OSError, "HTTP 403: .*PERMISSION_DENIED"):
            self.fetch("push")


class Kinds(unittest.TestCase):
    def test_an_unknown_kind_is_named_with_those_that_are_known(self):
        with self.assertRaisesRegex(OSError, "'vault'; it can be folder, ssm, key-vault or secret-manager"):
            secrets_store.fetch({"kind": "vault"}, [])

    def test_a_machine_without_an_identity_has_no_missing_secrets_but_an_error(self):
        """The metadata service is a stand-in of a machine to which no identity is attached."""
        nobody = guest.serve(self, lambda method, path, headers: (404, b"Identity not found"))
        guest.environment(self, AZURE_POD_IDENTITY_AUTHORITY_HOST=nobody, GCE_METADATA_HOST=nobody.split("//")[1], AWS_EC2_METADATA_SERVICE_ENDPOINT=nobody, AWS_ACCESS_KEY_ID=None)
        for config in ({"kind": "key-vault", "vault": nobody, "prefix": "mon"}, {"kind": "secret-manager", "project": "acme", "prefix": "mon", "endpoint": nobody},
                       {"kind": "ssm", "prefix": "/lgtm/mon", "region": REGION, "endpoint": nobody}):
            with mock.patch.object(store_http, "TRIES", 1), self.assertRaisesRegex(OSError, "metadata service: HTTP 404: Identity not found"):
                secrets_store.fetch(config, ["push"])


if __name__ == "__main__":
    unittest.main()
