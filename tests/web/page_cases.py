# SPDX-License-Identifier: Apache-2.0
"""The page in a browser: with its script, without, dark, and narrow. WEB_SHOTS=DIRECTORY keeps the pictures."""
import os
import re
import subprocess
import tempfile

from driver import Driver, wait_for


def chromium(driver, *options, path="/", width=1280, height=800, wait=2500):
    """(what the page has become, what the browser said)"""
    with tempfile.TemporaryDirectory() as profile:
        result = subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
             "--disable-dev-shm-usage", f"--user-data-dir={profile}", f"--window-size={width},{height}",
             "--enable-logging=stderr", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
             f"--virtual-time-budget={wait}", *options, f"http://127.0.0.1:{driver.port}{path}"],
            capture_output=True, text=True, timeout=60)
        return result.stdout, result.stderr


def complaints(errors):
    return [line for line in errors.splitlines() if "CONSOLE" in line or "Content Security Policy" in line]


def browser():
    """the page, and what its script makes of it: no complaint of the browser, no name that became markup"""
    with Driver() as driver:
        wait_for(lambda: driver.get("/")[0] == 200, "the page")
        first = int(re.search(r"sample (\d+) of", driver.get("/")[2].decode()).group(1))
        dom, errors = chromium(driver, "--dump-dom", wait=4000)
        assert not complaints(errors), complaints(errors)
        assert "<p class=\"headline critical\">1 critical, 1 to watch</p>" in dom
        assert "27,600 writes refused since 16:41:07" in dom
        assert "/mnt/&lt;script&gt;alert('\"&amp;\\x0a\\u{202e}gnp.exe" in dom, dom[dom.find("/mnt/"):][:200]
        assert dom.count("<script") == 1
        assert int(re.search(r"sample (\d+) of", dom).group(1)) > first, "the script has not renewed it"
        assert "<noscript><meta http-equiv=\"refresh\" content=\"2\"></noscript>" in driver.get("/")[2].decode()


def without_script():
    """a browser that may run no script shows the whole table"""
    policy = "http_server_config:\n  headers:\n    Content-Security-Policy: \"default-src 'none'; style-src 'self'\"\n"
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as config:
        config.write(policy)
        config.flush()
        with Driver(f"config={config.name}") as driver:
            wait_for(lambda: driver.get("/")[0] == 200, "the page")
            dom, errors = chromium(driver, "--dump-dom")
            assert complaints(errors) and all("/live.js" in line for line in complaints(errors)), complaints(errors)
            assert dom.count("<tr") == 4 and "27,600 writes refused" in dom


def pictures():
    """light, dark and narrow: a picture of each"""
    kept = os.environ.get("WEB_SHOTS")
    with tempfile.TemporaryDirectory() as directory, Driver() as driver:
        wait_for(lambda: driver.get("/")[0] == 200, "the page")
        sizes = {}
        for name, options, width in (("light", (), 1280), ("dark", ("--force-dark-mode",
                                     "--blink-settings=preferredColorScheme=0"), 1280), ("narrow", (), 500)):
            path = os.path.join(kept or directory, f"{name}.png")
            chromium(driver, f"--screenshot={path}", *options, width=width, height=1000, wait=500)
            with open(path, "rb") as file:
                assert file.read(8) == b"\x89PNG\r\n\x1a\n"
            sizes[name] = os.path.getsize(path)
        assert all(size > 10000 for size in sizes.values()), sizes
        return f"{sizes}"


CASES = [browser, without_script, pictures]
