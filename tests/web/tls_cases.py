# SPDX-License-Identifier: Apache-2.0
"""TLS: versions, certificates of clients, a new certificate of the server."""
import http.client
import os
import socket
import ssl
import subprocess
import tempfile
import threading
import time

from driver import Driver, client_context, wait_for


class Authority:
    """A certificate authority, and what it has signed, in a directory."""

    def __init__(self):
        self.directory = tempfile.TemporaryDirectory()
        self._run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                  "-subj", "/CN=test authority", "-keyout", self.path("ca.key"), "-out", self.path("ca.pem"))

    def _run(self, *arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)

    def path(self, name):
        return os.path.join(self.directory.name, name)

    def sign(self, name, usage="serverAuth", alternative="IP:127.0.0.1", signer="ca"):
        self._run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                  "-keyout", self.path(f"{name}.key"), "-out", self.path(f"{name}.csr"))
        with open(self.path("extensions"), "w") as file:
            file.write(f"extendedKeyUsage={usage}\nsubjectAltName={alternative}\n")
        self._run("x509", "-req", "-days", "2", "-in", self.path(f"{name}.csr"), "-CA", self.path(f"{signer}.pem"),
                  "-CAkey", self.path(f"{signer}.key"), "-CAcreateserial", "-extfile", self.path("extensions"), "-out",
                  self.path(f"{name}.pem"))

    def config(self, text):
        with open(self.path("web.yml"), "w") as file:
            file.write(text)
        return f"config={self.path('web.yml')}"


SERVER = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n"


def refused(driver, context):
    try:
        driver.get("/metrics", tls=context, timeout=5)
    except (ssl.SSLError, ConnectionError, http.client.HTTPException):
        return True
    return False


def failed_handshakes(driver, context):
    return driver.metric("tmpfstrace_http_tls_handshake_failures_total", tls=context)


def versions():
    """TLS 1.2 and 1.3 by default, 1.3 alone where that is wanted, 1.1 never unless asked for"""
    authority = Authority()
    authority.sign("server")
    with Driver(authority.config(SERVER)) as driver:
        trust = client_context(authority.path("ca.pem"))
        wait_for(lambda: driver.get("/metrics", tls=trust)[0] == 200, "metrics over TLS")
        # The driver's own, which speaks no TLS to see that there is somebody.
        wait_for(lambda: failed_handshakes(driver, trust) == 1, "a handshake that failed")
        assert refused(driver, client_context(most=ssl.TLSVersion.TLSv1_1))
        assert driver.get("/metrics", tls=client_context(most=ssl.TLSVersion.TLSv1_2))[0] == 200
        wait_for(lambda: failed_handshakes(driver, trust) == 2, "a handshake that failed")
        answer = driver.raw(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", timeout=5)
        assert not answer.startswith(b"HTTP/1.1 200"), "plain HTTP is served beside TLS"
        socket.create_connection(("127.0.0.1", driver.port)).close()  # as a probe of the port does
        wait_for(lambda: failed_handshakes(driver, trust) == 4, "plain HTTP, and a probe of the port")
        with socket.create_connection(("127.0.0.1", driver.port)) as plain:  # a handshake, and no request
            trust.wrap_socket(plain, server_hostname="127.0.0.1").close()
        time.sleep(0.5)
        assert failed_handshakes(driver, trust) == 4
        body = driver.get("/metrics", {"Accept-Encoding": "gzip"}, tls=trust)
        assert body[1]["Content-Encoding"] == "gzip"
    with Driver(authority.config(SERVER + "  min_version: TLS13\n")) as driver:
        wait_for(lambda: driver.get("/metrics", tls=trust)[0] == 200, "metrics over TLS 1.3")
        assert refused(driver, client_context(most=ssl.TLSVersion.TLSv1_2))
    with Driver(authority.config(SERVER + "  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]\n"
                                 "  curve_preferences: [CurveP384]\n")) as driver:
        wait_for(lambda: driver.get("/metrics", tls=trust)[0] == 200, "metrics with one suite")
        other = client_context(authority.path("ca.pem"))
        other.maximum_version = ssl.TLSVersion.TLSv1_2
        other.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256")
        assert refused(driver, other)


def clients():
    """certificates of clients: required, verified, and with the names that are allowed"""
    authority = Authority()
    stranger = Authority()
    authority.sign("server")
    authority.sign("good", "clientAuth", "DNS:scraper.example")
    authority.sign("other", "clientAuth", "DNS:other.example,IP:10.0.0.1")
    authority.sign("wronguse", "serverAuth", "DNS:scraper.example")
    stranger.sign("bad", "clientAuth", "DNS:scraper.example")
    ca = authority.path("ca.pem")

    def context(owner, name):
        return client_context(ca, owner.path(f"{name}.pem"), owner.path(f"{name}.key"))

    none, good, other = client_context(ca), context(authority, "good"), context(authority, "other")
    bad, wrong_use = context(stranger, "bad"), context(authority, "wronguse")
    verified = SERVER + "  client_ca_file: ca.pem\n  client_auth_type: {}\n"
    with Driver(authority.config(verified.format("RequireAndVerifyClientCert") +
                                 "  client_allowed_sans: [scraper.example, 10.0.0.9]\n")) as driver:
        wait_for(lambda: driver.get("/metrics", tls=good)[0] == 200, "a client that may")
        for name, context_of in (("none", none), ("a stranger's", bad), ("another name", other), ("no client's", wrong_use)):
            assert refused(driver, context_of), name
        assert driver.get("/metrics", tls=good)[0] == 200
        wait_for(lambda: failed_handshakes(driver, good) == 1 + 4, "the driver's own, and those of four clients")
    with Driver(authority.config(verified.format("VerifyClientCertIfGiven"))) as driver:
        wait_for(lambda: driver.get("/metrics", tls=none)[0] == 200, "none")
        assert driver.get("/metrics", tls=good)[0] == 200 and refused(driver, bad)
    with Driver(authority.config(SERVER + "  client_auth_type: RequireAnyClientCert\n")) as driver:
        wait_for(lambda: driver.get("/metrics", tls=bad)[0] == 200, "any")
        assert refused(driver, none)


def renewal():
    """a new certificate is served without a scrape that is lost; a broken one is not taken"""
    authority = Authority()
    authority.sign("server")
    with Driver(authority.config(SERVER)) as driver:
        trust = client_context(authority.path("ca.pem"))
        wait_for(lambda: driver.get("/metrics", tls=trust)[0] == 200, "metrics over TLS")
        serial = lambda: ssl.get_server_certificate(("127.0.0.1", driver.port))  # noqa: E731
        first = serial()
        failures, count, stop = [], [0], threading.Event()

        def scrape(keep):
            client = None
            while not stop.is_set():
                try:
                    client = client or http.client.HTTPSConnection("127.0.0.1", driver.port, context=trust, timeout=10)
                    client.request("GET", "/metrics")
                    answer = client.getresponse()
                    assert answer.status == 200 and answer.read()
                    count[0] += 1
                    if not keep or answer.getheader("Connection") == "close":
                        client.close()
                        client = None
                except Exception as error:  # what is lost is told
                    failures.append(repr(error))
                    client = None

        threads = [threading.Thread(target=scrape, args=(keep,)) for keep in (True, True, False)]
        for thread in threads:
            thread.start()
        try:
            time.sleep(0.3)
            os.rename(authority.path("server.key"), authority.path("kept.key"))
            with open(authority.path("server.key"), "w") as file:
                file.write("no key")
            wait_for(lambda: any("cannot use the certificate" in line for line in driver.of("log")), "the log tells")
            assert serial() == first
            authority.sign("server")
            second = wait_for(lambda: (now := serial()) != first and now, "another certificate")
            time.sleep(0.3)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        assert not failures, failures[:3]
        assert second and len(driver.of("worker")) == 1
        return f"{count[0]} scrapes meanwhile"


def refusals():
    """what GnuTLS cannot keep, and files that cannot be used, end the start with the file and the reason"""
    authority = Authority()
    authority.sign("server")
    authority.sign("another")
    os.mkfifo(authority.path("fifo"))
    rsa, ecdsa = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
    cases = {
        SERVER + f"  cipher_suites: [{rsa}, {ecdsa}]\n": "GnuTLS cannot allow these without TLS_ECDHE_",
        SERVER + "  cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]\n": "unknown cipher \"TLS_RSA_WITH_RC4_128_SHA\"",
        SERVER + "  cipher_suites: [TLS_AES_128_GCM_SHA256]\n": "those of TLS 1.3 cannot be chosen",
        SERVER + "  curve_preferences: [X25519MLKEM768]\n": "unknown curve \"X25519MLKEM768\"",
        SERVER.replace("server.key", "another.key"): "cannot use the certificate server.pem with the key another.key",
        SERVER.replace("server.pem", "missing.pem"): "missing.pem: No such file or directory",
        SERVER.replace("server.pem", "fifo"): "it is no file",
        SERVER + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: server.key\n": "cannot use the client CA",
    }
    for text, message in cases.items():
        result = subprocess.run([Driver.binary, "listen=127.0.0.1:0", authority.config(text)], capture_output=True,
                                text=True, timeout=20, stdin=subprocess.DEVNULL)
        assert result.returncode == 1 and message in result.stderr and "web.yml" in result.stderr, (text, result)


CASES = [versions, clients, renewal, refusals]
