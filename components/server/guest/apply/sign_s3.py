"""AWS Signature Version 4, with the standard library."""
import hashlib
import hmac
from urllib.parse import quote, urlsplit


def encode(path):
    """A key as S3 wants it in the address and in what is signed."""
    return quote(path, safe="/-_.~")


def signed(method, url, region, key, secret, token, body, now, service="s3", own={}):
    """Headers of a signed request, with `own`, whose names are in lower case. `url` is encoded and has no query; `now` is in UTC."""
    parts = urlsplit(url)
    stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    headers = {**own, "host": parts.netloc, "x-amz-content-sha256": hashlib.sha256(body).hexdigest(), "x-amz-date": stamp}
    if token:
        headers["x-amz-security-token"] = token
    names = ";".join(sorted(headers))
    canonical = "\n".join([method, parts.path or "/", "", *("%s:%s" % (name, headers[name]) for name in sorted(headers)), "", names, headers["x-amz-content-sha256"]])
    scope = "%s/%s/%s/aws4_request" % (day, region, service)
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    derived = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        derived = hmac.new(derived, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(derived, text.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (key, scope, names, signature)
    return headers
