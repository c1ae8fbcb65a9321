"""The console's web server: gunicorn, with threads, behind nothing or any reverse proxy."""

from typing import Any

from gunicorn.app.base import BaseApplication

from mhero.platform.configuration import Configuration
from mhero.platform.wsgi import application


class Console(BaseApplication):  # type: ignore[misc]
    """gunicorn with our settings in place of a file of its own."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": f"{self.configuration.bind}:{self.configuration.web_port}",
            "workers": self.configuration.web_processes,
            "worker_class": "gthread",
            "threads": 8,
            "preload_app": True,
            "graceful_timeout": 10,
            "timeout": 60,
            "keepalive": 5,
            "loglevel": "warning",
            "proc_name": "mhero-web",
            # The control socket is for gunicorn's own tool, which we do not use.
            "control_socket_disable": True,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        return application
