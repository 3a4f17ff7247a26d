"""The whole product as one ASGI application: Streamlit's pages behind the gate, the files they offer, and its health."""

from __future__ import annotations

import logging
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import quote

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from streamlit.starlette import App
from streamlit.web import bootstrap

from dashboard import ui
from dashboard import warehouse as store
from dashboard.definitions import deployment
from dashboard.exports.refusals import CannotMake
from dashboard.paths import ROOT
from dashboard.server.admission import browser_of, names_of
from dashboard.server.gate import Gate
from dashboard.ui.base import downloads

# Threads that build files, one each; more would keep the pages waiting.
MAKERS = anyio.CapacityLimiter(2)
logger = logging.getLogger(__name__)


async def send_file(request: Request) -> Response:
    """Answer with a file that a page offers, built now; see `ui.base.downloads`."""
    offer = downloads.offered(request.path_params["token"], browser_of(request.scope))
    if offer is None:
        return PlainTextResponse(
            "這個檔案不是給這個瀏覽器的，或它的頁面已經結束。請重新整理頁面，再按一次下載。\n"
            "This file was not offered to this browser, or its page has ended: reload the page and try again.\n",
            404,
        )
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(offer.name, safe='')}"}
    if request.method == "HEAD":
        return Response(headers=headers, media_type=offer.mime)
    try:
        content = await anyio.to_thread.run_sync(offer.make, limiter=MAKERS)
    except CannotMake as error:
        return PlainTextResponse(str(error), error.status)
    except Exception:
        number = uuid.uuid4().hex[:8]
        logger.exception("file failed, reference %s", number)
        return PlainTextResponse(
            f"這個檔案做不出來，資料沒有變動。請重新整理後再試；若仍如此，請把代號 {number} 告訴系統管理者。\n"
            f"This file could not be made; if it stays so, tell the administrator this number: {number}.\n",
            500,
        )
    return Response(content, headers=headers, media_type=offer.mime)


def _health(gate: Callable[[], Gate], settings: deployment.Config) -> Callable[[Request], Any]:
    async def health(_: Request) -> Response:
        """The state for monitoring: the snapshot of each programme that its pages use, and how full the server is.

        `degraded` where an older snapshot serves in place of a damaged one, 503 where a programme has no figures.
        """
        stamps, sound = await anyio.to_thread.run_sync(_stamps, settings)
        whole = bool(stamps) and None not in stamps.values()
        state = {
            "status": "no figures" if not whole else "ok" if sound else "degraded",
            "snapshots": stamps,
            "viewers": gate().viewers,
            "most_viewers": gate().most,
        }
        return JSONResponse(state, 200 if whole else 503)

    return health


def _stamps(settings: deployment.Config) -> tuple[dict[str, str | None], bool]:
    """The stamp of the snapshot that the pages of each programme use, and whether all are those that should serve."""
    names = settings.programmes or tuple(settings.folders) or store.programmes_in(settings.warehouse)
    stamps: dict[str, str | None] = dict.fromkeys(names)
    sound = True
    for name in stamps:
        with suppress(store.NoSnapshot):
            snapshot, _, damage = ui.standing(settings.warehouse, name)
            stamps[name] = snapshot.stamp
            sound = sound and damage is None
    return stamps, sound


def application(settings: deployment.Config, port: int) -> Gate:
    """The whole product as one ASGI application that answers on `port`."""
    names = names_of(port, settings.hosts)
    bootstrap.load_config_options(
        {
            "server.port": port,
            "server.allowedHosts": names.bare,
            "client.allowedOrigins": [],  # nobody may steer the page from a frame around it
        }
    )
    gate: Gate

    @asynccontextmanager
    async def warm(_: App) -> AsyncIterator[None]:
        # Each is proven here, so that the first viewer need not wait for it.
        await anyio.to_thread.run_sync(_stamps, settings)
        yield

    pages = App(
        ROOT / "dashboard" / "app.py",
        routes=[
            Route(f"/{downloads.FOLDER}/{{token}}", send_file),
            Route("/health", _health(lambda: gate, settings)),
        ],
        lifespan=warm,
    )
    gate = Gate(pages, names, settings.viewers)
    return gate
