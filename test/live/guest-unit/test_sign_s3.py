"""Our signatures against botocore's, the signer of AWS's own SDK."""
import datetime
import unittest
from unittest import mock

import guest  # noqa: F401
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from sign_s3 import encode, signed

NOW = datetime.datetime(2026, 11, 22, 15, 4, 5, tzinfo=datetime.timezone.utc)
KEYS = ["pointer.json", "status/0123.json", "a key with spaces.json", "plus+sign=equals&and.json", "모니터링/상태.json", "tilde~dash-dot.under_score",
        "per%20cent.json", "dots/../stay", "double//slash", "quote'(paren)!star*"]


class SignS3(unittest.TestCase):
    def sign_both(self, method, key, token, body):
        url = "https://bucket.s3.eu-central-1.amazonaws.com/%s" % encode(key)
        ours = signed(method, url, "eu-central-1", "AKIDEXAMPLE", "secret/with+signs", token, body, NOW)
        request = AWSRequest(method=method, url=url, data=body, headers={"x-amz-content-sha256": ours["x-amz-content-sha256"]})
        with mock.patch("botocore.auth.get_current_datetime", return_value=NOW):
            S3SigV4Auth(Credentials("AKIDEXAMPLE", "secret/with+signs", token), "s3", "eu-central-1").add_auth(request)
        return ours, {name.lower(): value for name, value in request.headers.items()}

    def test_every_key_is_signed_as_the_sdk_signs_it(self):
        for key in KEYS:
            for method, body in (("GET", b""), ("PUT", "{\"상태\": 1}".encode())):
                for token in (None, "session+token/=="):
                    with self.subTest(key=key, method=method, token=token):
                        ours, theirs = self.sign_both(method, key, token, body)
                        self.assertEqual(ours["authorization"], theirs["authorization"])
                        self.assertEqual(ours["x-amz-date"], theirs["x-amz-date"])
                        self.assertEqual(ours["x-amz-content-sha256"], theirs["x-amz-content-sha256"])

    def test_a_call_of_another_service_is_signed_as_the_sdk_signs_it(self):
        url, own = "https://ssm.eu-central-1.amazonaws.com/", {"content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.GetParameters"}
        for token in (None, "session+token/=="):
            body = b'{"Names": ["/lgtm/mon/push-default"]}'
            ours = signed("POST", url, "eu-central-1", "AKIDEXAMPLE", "secret", token, body, NOW, "ssm", own)
            request = AWSRequest(method="POST", url=url, data=body, headers={**own, "x-amz-content-sha256": ours["x-amz-content-sha256"]})
            with mock.patch("botocore.auth.get_current_datetime", return_value=NOW):
                SigV4Auth(Credentials("AKIDEXAMPLE", "secret", token), "ssm", "eu-central-1").add_auth(request)
            self.assertEqual(ours["authorization"], request.headers["Authorization"])
            self.assertEqual({name: ours[name] for name in own}, own)

    def test_another_byte_in_the_body_is_another_signature(self):
        self.assertNotEqual(self.sign_both("PUT", "a", None, b"1")[0]["authorization"], self.sign_both("PUT", "a", None, b"2")[0]["authorization"])


if __name__ == "__main__":
    unittest.main()
