"""Whether the monitoring server takes what this machine is about to send: address, certificate, token, and both clocks. Nothing of it is stored there."""
import email.utils
import ssl
import time
import urllib.error
import urllib.request

from failed import Failed, say

# Loki and Prometheus refuse what is more than ten minutes ahead of their own clocks.
TOO_FAR = 600
# From here on logs and traces of two machines are in the wrong order.
NOTABLE = 30


def check(server, ca, token):
    """Throws for what does not mend by itself. A server that is away is only told: the agent waits for it, and keeps what it reads."""
    url, client = server["url"], server["client"]
    try:
        trust = ssl.create_default_context(cadata=ca)
    except ssl.SSLError as error:
        raise Failed("The authority's certificate in the contract of the monitoring server is none: %s" % error)
    try:
        status, date = ask(url, trust, token)
    except (urllib.error.URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, ssl.SSLCertVerificationError):
            raise Failed(about_certificate(reason, url))
        say("note: the monitoring server cannot be reached at %s: %s. The agent keeps what it reads and tries again. Let this server reach that address and port." % (url, reason))
        return
    compare_clocks(date)
    if status in (401, 403):
        raise Failed("The monitoring server refuses the token (%d at %s). Is it that of its push client %r, and was it rotated?" % (status, url, client))
    if status >= 500 or status == 429:
        say("note: the monitoring server takes nothing now (%d at %s). The agent keeps what it reads and tries again." % (status, url))
    elif status >= 300:
        raise Failed("%s answers %d, as no monitoring server does. Is the contract that of a server that is still there?" % (url, status))


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """The token is for this server and no other."""

    def redirect_request(self, *_):
        return None


def ask(url, trust, token):
    """Status and date of the answer to a request without any metric in it. Without the proxies of this shell, which the agent has not."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust), NoRedirect)
    headers = {"Content-Type": "application/json", **({"Authorization": "Bearer " + token} if token else {})}
    try:
        with opener.open(urllib.request.Request(url, data=b"{}", headers=headers), timeout=20) as answer:
            return answer.status, answer.headers.get("Date")
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get("Date")


def compare_clocks(date):
    if not date:
        return
    ahead = time.time() - email.utils.parsedate_to_datetime(date).timestamp()
    if abs(ahead) < NOTABLE:
        return
    words = "This server's clock is %d seconds %s the monitoring server's. Let both keep their time by NTP: timedatectl set-ntp true" % (abs(ahead), "ahead of" if ahead > 0 else "behind")
    if abs(ahead) > TOO_FAR:
        raise Failed("%s. What is more than %d minutes off is refused, or found at the wrong time." % (words, TOO_FAR // 60))
    say("note: %s." % words)


def about_certificate(error, url):
    # The numbers are OpenSSL's: not yet valid, and expired.
    if error.verify_code in (9, 10):
        try:
            # Without a token: nobody knows who answers.
            compare_clocks(ask(url, ssl._create_unverified_context(), None)[1])
        except (urllib.error.URLError, OSError):
            pass
    return "The certificate at %s is not trusted: %s. With an authority of the server's own: is the contract that of this server, and was the server not made anew since?" % (url, error.verify_message or error)
