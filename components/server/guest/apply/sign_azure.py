"""Azure Storage's Shared Key, with the standard library. For accounts without Entra ID, such as emulators; servers use their identity."""
import base64
import hashlib
import hmac
from urllib.parse import parse_qsl, urlsplit

STANDARD = ["content-encoding", "content-language", "content-length", "content-md5", "content-type", "date", "if-modified-since", "if-match",
            "if-none-match", "if-unmodified-since", "range"]


def signed(method, url, headers, account, key):
    """The same headers, their names in lower case, with the authorization added."""
    headers = {name.lower(): value for name, value in headers.items()}
    parts = urlsplit(url)
    plain = [headers.get(name, "") for name in STANDARD]
    plain[2] = "" if plain[2] == "0" else plain[2]
    own = ["%s:%s\n" % (name, headers[name]) for name in sorted(headers) if name.startswith("x-ms-")]
    query = ["\n%s:%s" % (name.lower(), value) for name, value in sorted(parse_qsl(parts.query, keep_blank_values=True))]
    text = "\n".join([method, *plain]) + "\n" + "".join(own) + "/" + account + parts.path + "".join(query)
    signature = base64.b64encode(hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256).digest()).decode()
    return {**headers, "authorization": "SharedKey %s:%s" % (account, signature)}
