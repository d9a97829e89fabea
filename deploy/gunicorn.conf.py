"""How gunicorn serves `bot.web:create_app()`: threads in few processes, no log of requests, clean ends."""

import os
from typing import Any

from prometheus_client import multiprocess

from bot.triage import Context, assess

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "1"))
threads = int(os.environ.get("WEB_THREADS", "8"))

timeout = 30
graceful_timeout = 20
keepalive = 5
# Every worker reads the settings itself: an error in them shows in its own words and stops the server.
preload_app = False
# Nobody manages it at run time; the socket would lie in the home folder, where two services would share it.
control_socket_disable = True

# Request lines carry ids only, but a log of who called when is patient data too.
accesslog = None
errorlog = "-"

limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190


def post_worker_init(worker: Any) -> None:
    """Read the lexicons before the first message comes, so that Twilio does not wait for that."""
    for language in ("en", "es"):
        assess("", Context(language=language))


def child_exit(server: Any, worker: Any) -> None:
    """Forget the live metrics of a worker that ended, where several share /metrics."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.mark_process_dead(worker.pid)
