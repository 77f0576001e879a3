"""Debian's nginx, started without root in a folder of its own."""

import shutil
from pathlib import Path

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/bin:/usr/bin:/bin")
CONFIGURATION = """
daemon off; pid {folder}/nginx.pid; error_log {errors}; worker_processes 1;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    types {{ text/html html; text/css css; text/javascript js; image/svg+xml svg; }}
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    {blocks}
}}
"""


def nginx_command(folder: Path, blocks: str, errors: str = "stderr") -> list[str]:
    """What starts it with these blocks of a configuration."""
    assert NGINX
    file = folder / "nginx.conf"
    file.write_text(CONFIGURATION.format(folder=folder, blocks=blocks, errors=errors))
    return [NGINX, "-p", str(folder), "-c", str(file)]
