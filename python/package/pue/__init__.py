"""Power usage effectiveness (PUE) of data centres: meter readings to a reasoned verdict under a dated rule.

Answers are JSON texts of the library (``pue/assessment/1``), in the form in which the input came: a ``dict`` for a ``dict``, ``str``
for ``str``, ``bytes`` for ``bytes``.

>>> import pue
>>> answer = pue.audit({"schema": "pue/submission/1"})
>>> answer["findings"][0]["code"]
'submission.incomplete'
"""

from __future__ import annotations

import json as _json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar, cast

from . import _pue
from ._pue import PueError, Stream as _Stream, __version__

__all__ = ["PueError", "Stream", "__version__", "assess", "audit", "letter", "packs", "record", "verify"]

#: A submission, a site or a record: an object, or JSON text.
Json = TypeVar("Json", dict[str, Any], str, bytes)
Document = dict[str, Any] | str | bytes
Naive = Literal["utc", "site"]


def _bytes(document: Document) -> bytes:
    if isinstance(document, bytes):
        return document
    if isinstance(document, str):
        return document.encode()
    if isinstance(document, Mapping):
        return _json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    raise TypeError(f"expected a dict, str or bytes of JSON, found {type(document).__name__}")


def _like(document: Json, answer: bytes) -> Json:
    if isinstance(document, bytes):
        return answer
    if isinstance(document, str):
        return answer.decode()
    return cast(Json, _json.loads(answer))


def _dict(answer: bytes) -> dict[str, Any]:
    return cast(dict[str, Any], _json.loads(answer))


def _options(options: dict[str, Any]) -> str:
    given = {key: value for key, value in options.items() if value is not None and value is not False and value != ()}
    for key in ("packs", "estimate"):
        if isinstance(given.get(key), tuple):
            given[key] = list(given[key])
    return _json.dumps(given) if given else ""


def audit(
    submission: Json,
    *,
    packs: Sequence[str | dict[str, Any]] = (),
    only_asked: bool = False,
    settings: Mapping[str, str] | None = None,
    method: str | None = None,
    tariff: float | None = None,
    co2: float | None = None,
    brief: bool = False,
) -> Json:
    """Audits a submission (``pue/submission/1``): recomputes its PUE and judges it.

    ``packs`` are ids of published packs of rules, or packs, beside those in force for the site; with ``only_asked`` no pack but
    those. ``tariff`` is in yuan per kWh, ``co2`` in kg per kWh. A ``brief`` answer (``pue/brief/1``) has outcomes, values and codes
    alone.
    """
    options = _options(
        {
            "packs": tuple(packs),
            "only_asked": only_asked,
            "settings": dict(settings) if settings else None,
            "method": method,
            "tariff": tariff,
            "co2": co2,
            "brief": brief,
        }
    )
    return _like(submission, _pue.audit(_bytes(submission), options))


def letter(submission: Document, lang: Literal["zh", "en"] = "zh") -> str:
    """The letter that sends a submission back (退回修改通知), as text."""
    return _pue.letter(_bytes(submission), lang, "")


def record(submission: Json) -> Json:
    """The record of an audit (``pue/record/1``), to be kept."""
    return _like(submission, _pue.record(_bytes(submission), ""))


def verify(submission: Document, record: Document) -> dict[str, Any]:
    """Whether a record still holds of its submission, and what has changed."""
    return _dict(_pue.verify(_bytes(submission), _bytes(record), ""))


def packs() -> list[dict[str, Any]]:
    """The packs of rules that come with the library."""
    return cast(list[dict[str, Any]], _json.loads(_pue.packs()))


def assess(
    site: Json,
    readings: Any,
    period: str,
    *,
    naive: Naive | None = None,
    packs: Sequence[str | dict[str, Any]] = (),
    only_asked: bool = False,
    settings: Mapping[str, str] | None = None,
    method: str | None = None,
    category: int | None = None,
    tariff: float | None = None,
    co2: float | None = None,
    estimate: Sequence[str] = (),
    brief: bool = False,
) -> Json:
    """Assesses a site (``pue/site/1``) over a period (``2024``, ``2024-03``, ``2024-01-01/2025-01-01``).

    ``readings`` is one of

    * a dict from meter id to ``(time, value)``, for intervals ``(start, end, value)``: numpy arrays, or columns with the Arrow C
      interface (polars, pyarrow, pandas);
    * a frame with that interface: long (``meter``, ``time`` or ``start`` and ``end``, ``value``) or wide (a column for each meter);
    * a dict from file name to ``bytes`` or ``str`` of CSV.

    Instants are int64 milliseconds since 1970, or timestamps. Timestamps without a time zone are refused unless ``naive`` says
    what they are: ``"utc"``, or clock times of the site. Columns of float64 and of int64, or of timestamps in milliseconds, are
    read where they are; others are converted.
    """
    options = _options(
        {
            "packs": tuple(packs),
            "only_asked": only_asked,
            "settings": dict(settings) if settings else None,
            "method": method,
            "category": category,
            "tariff": tariff,
            "co2": co2,
            "estimate": tuple(estimate),
            "brief": brief,
        }
    )
    of_site = _bytes(site)
    if hasattr(readings, "__arrow_c_stream__") or hasattr(readings, "__arrow_c_array__"):
        return _like(site, _pue.assess_frame(of_site, readings, naive, period, options))
    if not isinstance(readings, Mapping):
        raise TypeError(
            "readings: expected a dict of columns, a frame with the Arrow C interface, or a dict of CSV files, "
            f"found {type(readings).__name__}"
        )
    files = {name: text for name, text in readings.items() if isinstance(text, (bytes, str))}
    if files:
        if len(files) != len(readings):
            raise TypeError("readings: expected CSV files or columns, found both")
        listed = [(name, text.encode() if isinstance(text, str) else text) for name, text in files.items()]
        return _like(site, _pue.assess_files(of_site, listed, period, options))
    columns = [(meter, _columns(meter, given, naive)) for meter, given in readings.items()]
    return _like(site, _pue.assess_columns(of_site, columns, naive, period, options))


def _columns(meter: str, given: Any, naive: Naive | None) -> list[Any]:
    if not isinstance(given, (tuple, list)) or len(given) not in (2, 3):
        raise TypeError(f"{meter}: expected (time, value) or (start, end, value), found {type(given).__name__}")
    *stamps, value = given
    return [*(_stamps(meter, stamp, naive) for stamp in stamps), value]


def _stamps(meter: str, stamps: Any, naive: Naive | None) -> Any:
    """numpy's datetime64 as milliseconds; it has no time zone."""
    dtype = getattr(stamps, "dtype", None)
    if getattr(dtype, "kind", None) != "M" or not hasattr(stamps, "view") or hasattr(stamps, "__arrow_c_stream__"):
        return stamps
    if naive != "utc":
        raise PueError(
            f'{meter}: expected timestamps with a time zone, found datetime64, which has none: say naive="utc" if they are UTC'
        )
    return stamps.astype("datetime64[ms]", copy=False).view("int64")


class Stream:
    """Readings one at a time, as a gateway has them, with a state that survives a restart.

    Instants are milliseconds since 1970. A reading may come up to ``lateness_ms`` after a later one.
    """

    def __init__(self, site: Document, period: str, lateness_ms: int = 86_400_000) -> None:
        self._stream = _Stream(_bytes(site), period, lateness_ms)

    @classmethod
    def restore(cls, site: Document, state: bytes) -> Stream:
        """Goes on from what :meth:`state` gave."""
        stream = cls.__new__(cls)
        stream._stream = _Stream.restore(_bytes(site), state)
        return stream

    def push(self, meter: str, at: int, value: float) -> None:
        """Takes a dial value or a sample of power; NaN is a missing value."""
        self._stream.push(meter, at, value)

    def push_interval(self, meter: str, start: int, end: int, value: float) -> None:
        """Takes the energy of an interval."""
        self._stream.push_interval(meter, start, end, value)

    def now_until(self, instant: int) -> dict[str, Any]:
        """The assessment from the period's start until an instant: what lies ahead is not missing."""
        return _dict(self._stream.now_until(instant))

    def state(self) -> bytes:
        """What is to be stored, to go on from later."""
        return self._stream.state()

    def close(self) -> None:
        """Takes no more readings."""
        self._stream.close()

