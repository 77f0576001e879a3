"""The pages through real proxies: below a path, with TLS, with a name that is not the server's."""

import re
import shutil
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import GUARD, find_chromium, ready, served, until
from tests.e2e.conftest import Visits, Watch
from tests.nginx import NGINX, nginx_command

NAME = "lab.example.org"
pytestmark = pytest.mark.servers
MANUAL = Path(__file__).parents[2] / "docs" / "behind-a-proxy.md"
# As people write it first: the path is taken away, and the Host is the upstream's.
PLAIN = """
map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
server {{
    listen {port}; server_name lab.example.org;
    location {path} {{
        proxy_pass http://127.0.0.1:{upstream}/;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        {more}
    }}
}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def block_of(language: str, folder: Path, port: int, upstream: int) -> str:
    """The manual's block for a proxy, with this test's ports and certificate."""
    [block] = re.findall(rf"```{language}\n(.*?)```", MANUAL.read_text(), re.DOTALL)
    changes = {
        "127.0.0.1:8000": f"127.0.0.1:{upstream}",
        "listen 443 ssl": f"listen {port} ssl",
        f"{NAME} {{": f"{NAME}:{port} {{",
        "/etc/ssl/certs/lab.pem": f"{folder}/lab.pem",
        "/etc/ssl/private/lab.key": f"{folder}/lab.key",
    }
    for old, new in changes.items():
        block = block.replace(old, new)
    return block


@pytest.fixture
def certificate(tmp_path: Path) -> None:
    made = trustme.CA().issue_cert(NAME)
    made.private_key_pem.write_to_path(tmp_path / "lab.key")
    for number, part in enumerate(made.cert_chain_pems):
        part.write_to_path(tmp_path / "lab.pem", append=number > 0)


@contextmanager
def running(command: list[str], url: str) -> Iterator[None]:
    """A proxy, once it passes on what it is asked."""
    process = subprocess.Popen(command)
    context = ssl._create_unverified_context()
    try:
        deadline = time.monotonic() + GUARD
        while True:
            assert process.poll() is None, "the proxy has ended"
            assert time.monotonic() < deadline, "the proxy does not answer"
            request = urllib.request.Request(url, headers={"Host": NAME})
            try:
                with urllib.request.urlopen(request, timeout=GUARD, context=context):
                    break
            except urllib.error.HTTPError:
                break  # an answer all the same
            except OSError:
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(GUARD)


@contextmanager
def nginx(folder: Path, blocks: str, port: int, scheme: str = "http") -> Iterator[None]:
    if not NGINX:
        pytest.skip("there is no nginx on this machine")
    with running(nginx_command(folder, blocks), f"{scheme}://127.0.0.1:{port}/"):
        yield


@contextmanager
def visitor(browser: Browser, origin: str, allowed: tuple[str, ...] = ()) -> Iterator[Visits]:
    """A browser for which the name leads here, with a strict console."""
    rules = f"--host-resolver-rules=MAP {NAME} 127.0.0.1"
    own = browser.browser_type.launch(executable_path=find_chromium(), args=[rules])
    watch = Watch(origin)
    watch.allowed |= set(allowed)
    visits = Visits(own, origin, watch)
    yield visits
    visits.close()
    own.close()
    assert not watch.problems, watch.problems


def walk(visits: Visits, origin: str, prefix: str) -> None:
    """What a visitor does: through the pages, a training, a photo, a language, a shared link."""
    home = f"{origin}{prefix}/"
    page = visits(f"{prefix}/", ignore_https_errors=True)
    page.locator("[data-menu] summary").click()
    page.locator(f"nav.labs a[href='{prefix}/labs/fitting']").click()
    ready(page)
    until(page, 10)  # over a socket
    page.locator("[data-language=zh]").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    ready(page)
    page.locator("[data-language=en]").click()
    ready(page)
    page.locator("[data-share]").click()
    link = page.locator("[data-share-link]")
    expect(link).to_have_value(re.compile(rf"^{re.escape(home)}s/"))
    code = page.locator("[data-share-qr]")
    expect(code).to_be_visible()
    assert code.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    page.goto(link.input_value())
    expect(page).to_have_url(re.compile(rf"^{re.escape(home)}labs/fitting"))
    page.goto(f"{home}labs/rpn")
    ready(page)  # a sample's picture and its boxes
    cookies = {cookie["name"]: cookie["path"] for cookie in page.context.cookies()}
    assert set(cookies.values()) == {prefix or "/"}, cookies


@pytest.mark.parametrize("language", ["nginx", "caddy"])
def test_the_manuals_block_shows_every_page_below_a_path_with_tls(
    browser: Browser, tmp_path: Path, certificate: None, language: str
) -> None:
    port = free_port()
    origin = f"https://{NAME}:{port}"
    with served(
        VITRINE_PUBLIC_URL=f"{origin}/vitrine", VITRINE_TRUSTED_PROXIES="127.0.0.1"
    ) as server:
        upstream = int(server.address.rsplit(":", 1)[1])
        block = block_of(language, tmp_path, port, upstream)
        proxy = (
            nginx(tmp_path, block, port, "https")
            if language == "nginx"
            else caddy(tmp_path, block, port)
        )
        with proxy, visitor(browser, origin) as visits:
            walk(visits, origin, "/vitrine")


@contextmanager
def caddy(folder: Path, block: str, port: int) -> Iterator[None]:
    if not shutil.which("caddy"):
        pytest.skip("there is no Caddy on this machine")
    file = folder / "Caddyfile"
    file.write_text(
        f"{{\n admin off\n auto_https disable_redirects\n storage file_system {folder}\n}}\n{block}"
    )
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(file)]
    with running(command, f"http://127.0.0.1:{port}/"):  # which it answers with 400: it speaks TLS
        yield


def test_a_proxy_that_takes_the_path_away_and_tells_it_needs_no_other_setting(
    browser: Browser, tmp_path: Path
) -> None:
    """As jupyter-server-proxy does."""
    port, path = free_port(), "/user/me/proxy/8000"
    origin = f"http://{NAME}:{port}"
    more = f"proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Prefix {path};"
    with served(VITRINE_ALLOWED_HOSTS=NAME) as server:
        upstream = server.address.rsplit(":", 1)[1]
        block = PLAIN.format(port=port, upstream=upstream, path=f"{path}/", more=more)
        with nginx(tmp_path, block, port), visitor(browser, origin) as visits:
            walk(visits, origin, path)


def test_a_page_that_a_proxy_makes_foreign_says_which_setting_allows_it(
    browser: Browser, tmp_path: Path
) -> None:
    port = free_port()
    origin = f"http://{NAME}:{port}"
    with served() as server:
        upstream = server.address.rsplit(":", 1)[1]
        block = PLAIN.format(port=port, upstream=upstream, path="/", more="")
        with nginx(tmp_path, block, port), visitor(browser, origin, ("403", "WebSocket")) as visits:
            page = opened(visits, "/labs/batchnorm")
            expect(page.locator("[data-run-said]")).to_contain_text("VITRINE_PUBLIC_URL")
    with served(VITRINE_PUBLIC_URL=origin) as server:
        upstream = server.address.rsplit(":", 1)[1]
        block = PLAIN.format(port=port, upstream=upstream, path="/", more="")
        with nginx(tmp_path, block, port), visitor(browser, origin) as visits:
            walk(visits, origin, "")


def opened(visits: Visits, path: str) -> Page:
    """A page that cannot become ready."""
    return visits(path, wait=False)
