"""One request to Google, within bounds: the only module that opens a connection.

It is asked again while that may help and there is time. No address but Google's own is ever asked, whatever a redirect
says, and an answer that is an error becomes a sentence for the one who can mend it.
"""

import email.utils
import random
import re
import time
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

import google.auth.exceptions
import requests
import tenacity
import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter

from dashboard.sources.spreadsheets import HOSTS

_EXPORT_HOST = re.compile(r"doc-[a-z0-9-]+-sheets\.googleusercontent\.com")
_LOGIN_HOST = "accounts.google.com"
TRIES = 5
CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
READS_PER_MINUTE = 60
LARGEST_BYTES = 200_000_000
REDIRECTS = 3

_TOO_LATE = "這次更新超過時限，沒有讀完。"
NOT_SHARED = "這份試算表沒有開放「知道連結的人」檢視。請在 Google 試算表按「共用」，改成「知道連結的任何人」可檢視，或改用服務帳戶。"
NO_ACCOUNT = "Google 不接受這個服務帳戶：金鑰可能已刪除，或這台電腦的時間不準。請換一把金鑰，或校正時間。"


_NO_ANSWER = "Google 沒有在時限內回應。"
_BROKEN_OFF = "連不上 Google，或連線中斷。請檢查網路與防火牆。"
# What the libraries raise, and what it means: the first that fits.
_MEANINGS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((requests.ConnectTimeout, requests.exceptions.ProxyError), "連不上 Google。請檢查網路與防火牆。"),
    ((requests.Timeout, urllib3.exceptions.ReadTimeoutError), _NO_ANSWER),
    (
        (
            requests.exceptions.ChunkedEncodingError,
            requests.exceptions.ContentDecodingError,
            urllib3.exceptions.ProtocolError,
            urllib3.exceptions.DecodeError,
        ),
        "Google 的回應傳到一半中斷。",
    ),
    ((requests.ConnectionError,), _BROKEN_OFF),
    ((requests.RequestException,), "Google 的回應讀不懂。"),
)
_FAILURES = tuple(kind for kinds, _ in _MEANINGS for kind in kinds)


def _message(error: Exception) -> str:
    message = next(message for kinds, message in _MEANINGS if isinstance(error, kinds))
    return _NO_ANSWER if message == _BROKEN_OFF and "timed out" in str(error).lower() else message


class Refused(Exception):
    """An answer that is none. It may pass if asked again; `retry_after` (seconds) is the server's own wish."""

    def __init__(self, text: str, *, passes: bool = False, retry_after: float | None = None) -> None:
        """Say what is wrong, and whether it may pass."""
        super().__init__(text)
        self.passes, self.retry_after = passes, retry_after


class NoSuchRange(Refused):
    """A worksheet was renamed between the list of titles and the request for its cells."""


class ApiOff(Refused):
    """The project of the service account has not switched the API on."""


class Transport:
    """All the requests of one refresh, which share its deadline and the account's quota."""

    def __init__(self, deadline: float, account: str | None) -> None:
        """`deadline` in seconds from now; `account` is the address of the service account, for messages."""
        self._ends = time.monotonic() + deadline
        self._asked: deque[float] = deque()
        self._account = account

    def send(self, session: requests.Session, method: str, address: str, **options: Any) -> requests.Response:
        """The answer to a request: asked again while that may help and there is time, never outside Google.

        Raises:
            Refused: there is none.
        """

        def wait(state: tenacity.RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            wish = error.retry_after if isinstance(error, Refused) else None
            own = tenacity.wait_random_exponential(multiplier=1, max=20)(state)
            return own if wish is None else wish + random.random()

        def stop(state: tenacity.RetryCallState) -> bool:
            return state.attempt_number >= TRIES or state.upcoming_sleep >= self._left()

        retrying = tenacity.Retrying(
            stop=stop,
            wait=wait,
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, Refused) and error.passes),
            reraise=True,
        )
        return retrying(lambda: self._once(session, method, address, options))

    def _once(
        self, session: requests.Session, method: str, address: str, options: Mapping[str, Any]
    ) -> requests.Response:
        params = options.get("params")
        for _ in range(REDIRECTS + 1):
            self._pace(address)
            answer = self.ask(session, method, address, {**options, "params": params})
            if answer.status_code == 401 and "token" in options:
                answer = self.ask(session, method, address, {**options, "params": params, "fresh": True})
            if not answer.is_redirect:
                return _judged(answer, self._account if "token" in options else None)
            # An export's address bears all that it needs.
            address, params = urljoin(address, answer.headers["Location"]), None
            if urlsplit(address).hostname == _LOGIN_HOST:
                raise Refused(NOT_SHARED)
        raise Refused("Google 一直轉址，讀不到內容。請檢查連結是不是試算表本身的網址。")

    def ask(
        self, session: requests.Session, method: str, address: str, options: Mapping[str, Any]
    ) -> requests.Response:
        """The answer to one request, its body read whole within the deadline.

        Raises:
            Refused: there is none, it is too large, or the address is not Google's.
        """
        _check_host(address)
        left = self._left()
        if left <= 0:
            raise Refused(_TOO_LATE)
        timeout = (min(CONNECT_SECONDS, left), min(READ_SECONDS, left))
        token = options.get("token")
        try:
            headers = dict(options.get("headers", {}))
            if token:
                headers["Authorization"] = f"Bearer {token(fresh='fresh' in options)}"
            with session.request(
                method, address, params=options.get("params"), data=options.get("data"), headers=headers,
                timeout=timeout, stream=True, allow_redirects=False,
            ) as answer:  # fmt: skip
                # The library's timeout is between two bytes; the deadline is for all of them.
                answer._content = b"" if answer.is_redirect else self._body(answer)
                return answer
        except google.auth.exceptions.GoogleAuthError:
            raise Refused(NO_ACCOUNT) from None
        except _FAILURES as error:
            raise Refused(_message(error), passes=True) from error

    def _body(self, answer: requests.Response) -> bytes:
        parts, size = [], 0
        # What is there, not a whole block: a server that sends a byte now and then must not outlive the deadline.
        while part := answer.raw.read1(1 << 16, decode_content=True):
            parts.append(part)
            size += len(part)
            if self._left() <= 0:
                raise Refused(_TOO_LATE)
            if size > LARGEST_BYTES:
                raise Refused("試算表太大，超過上限，未讀取。請分成幾個試算表。")
        expected = answer.headers.get("Content-Length")
        if expected and "Content-Encoding" not in answer.headers and size < int(expected):
            raise Refused("Google 的回應傳到一半中斷。", passes=True)
        return b"".join(parts)

    def _left(self) -> float:
        return self._ends - time.monotonic()

    def _pace(self, address: str) -> None:
        """Keep the quota of reads a minute, by waiting."""
        if urlsplit(address).hostname != "sheets.googleapis.com":
            return
        now = time.monotonic()
        while self._asked and now - self._asked[0] >= 60:
            self._asked.popleft()
        if len(self._asked) >= READS_PER_MINUTE:
            pause = 60 - (now - self._asked[0])
            if pause >= self._left():
                raise Refused("試算表太多，時限內讀不完（Google 每分鐘只准讀 60 次）。請加長 deadline。")
            time.sleep(pause)
        self._asked.append(time.monotonic())


class _Session(requests.Session):
    """Follows no redirect; the library would also read all of its body before it gave it back."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


def open_session() -> requests.Session:
    """A session that follows no redirect."""
    session = _Session()
    session.mount("https://", adapter())
    return session


def adapter() -> BaseAdapter:
    """How a request gets to its host."""
    return HTTPAdapter(max_retries=0)


def _check_host(address: str) -> None:
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme != "https" or not (host in HOSTS or _EXPORT_HOST.fullmatch(host)):
        raise Refused(f"Google 要轉到別的網址（{host}），已拒絕。請檢查連結。")


def _judged(answer: requests.Response, account: str | None) -> requests.Response:
    """The answer, if it is one.

    Raises:
        Refused: an error of the server, with what to do for the one who can mend it.
    """
    if answer.ok:
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            raise Refused("Google 回了一個網頁而不是資料；可能要登入，或服務暫時異常。", passes=True)
        return answer
    status, (message, reasons) = answer.status_code, _message_and_reasons(answer)
    wish = _retry_after(answer.headers.get("Retry-After"))
    if status == 429 or reasons & {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"}:
        raise Refused("Google 說讀得太頻繁（每分鐘上限）。會在下次更新再試。", passes=True, retry_after=wish)
    if status >= 500:
        raise Refused(f"Google 暫時無法服務（{status}）。會在下次更新再試。", passes=True, retry_after=wish)
    if reasons & {"accessNotConfigured", "SERVICE_DISABLED"}:
        raise ApiOff("服務帳戶的 Google Cloud 專案還沒有啟用 Google Sheets API。請啟用後再試。")
    if status == 400 and "parse range" in message:
        raise NoSuchRange("工作表在讀取途中改了名字。請再更新一次。")
    if status == 401:
        raise Refused("Google 不接受這個服務帳戶的憑證。請換一把金鑰。" if account else NOT_SHARED)
    if status == 403:
        whom = f"給服務帳戶 {account}（檢視者）" if account else "（知道連結的人可檢視）"
        raise Refused(f"沒有權限。請在 Google 試算表按「共用」，分享{whom}。")
    if status == 404:
        raise Refused("找不到這份試算表：連結不對，或已經刪除。請檢查 kpi.toml 的連結。")
    raise Refused(f"Google 拒絕了這個要求（{status}）。請檢查 kpi.toml 的連結與工作表。")


def granted(answer: requests.Response) -> requests.Response:
    """The login service's answer, if it is one.

    Raises:
        Refused: there is no token in it.
    """
    status = answer.status_code
    if answer.is_redirect:
        _check_host(urljoin(answer.url, answer.headers["Location"]))
    if status == 200 or status == 429 or status >= 500:
        return _judged(answer, None)
    raise Refused(NO_ACCOUNT)


def _message_and_reasons(answer: requests.Response) -> tuple[str, set[str]]:
    try:
        error = answer.json()["error"]
        details: Iterable[Mapping[str, Any]] = (*error.get("errors", ()), *error.get("details", ()))
        reasons = {str(one["reason"]) for one in details if "reason" in one}
        return str(error.get("message", "")), reasons
    except (ValueError, KeyError, TypeError, AttributeError):
        return "", set()


def _retry_after(text: str | None) -> float | None:
    """Seconds, of a number or a date (RFC 9110, 10.2.3)."""
    if text is None:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None
