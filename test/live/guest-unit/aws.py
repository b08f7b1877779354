"""Stand-in of AWS: moto's server, which checks every signature and right after its first requests."""
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

import botocore.session
import guest

REGION = "eu-central-1"


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


class Aws:
    """A user and a role that may do these actions, and what `prepare(client)` makes before rights are checked."""

    def __init__(self, test, actions, prepare):
        port = guest.free_port()
        self.endpoint = "http://127.0.0.1:%d" % port
        started(test, [os.path.join(os.path.dirname(sys.executable), "moto_server"), "-H", "127.0.0.1", "-p", str(port)], self.endpoint + "/moto-api/",
                INITIAL_NO_AUTH_ACTION_COUNT="100")
        policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]})
        iam = self.client("iam")
        iam.create_user(UserName="guest")
        iam.put_user_policy(UserName="guest", PolicyName="all", PolicyDocument=policy)
        self.key = iam.create_access_key(UserName="guest")["AccessKey"]
        role = iam.create_role(RoleName="the-role", AssumeRolePolicyDocument="{}")["Role"]
        iam.put_role_policy(RoleName="the-role", PolicyName="all", PolicyDocument=policy)
        self.session = self.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="guest")["Credentials"]
        prepare(self.client)
        urllib.request.urlopen(urllib.request.Request(self.endpoint + "/moto-api/reset-auth", b"0", {"Content-Type": "text/plain"}, method="POST")).close()
        guest.environment(test, AWS_ACCESS_KEY_ID=self.key["AccessKeyId"], AWS_SECRET_ACCESS_KEY=self.key["SecretAccessKey"], AWS_SESSION_TOKEN=None)

    def client(self, name, key="a", secret="b"):
        return botocore.session.get_session().create_client(name, region_name=REGION, endpoint_url=self.endpoint, aws_access_key_id=key, aws_secret_access_key=secret)
