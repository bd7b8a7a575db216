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
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar, cast

from . import _pue
from ._pue import PueError, Stream as _Stream, __version__

__all__ = ["PueError", "Stream", "__version__", "assess", "audit", "letter", "packs", "record", "verify"]

#: A submission, a site or a record: an object, or JSON text.
Json = TypeVar("Json", dict[str, Any], str, bytes)
Document = dict[str, Any] | str | bytes
Naive = Literal["utc", "site"]
Decision = Literal["simple", "guarded", "non-binary"]


def _bytes(document: Document) -> bytes:
    if isinstance(document, bytes):
        return document
    if isinstance(document, str):
        return document.encode()
    if isinstance(document, dict):
        try:
            return _json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
        except (TypeError, ValueError, RecursionError) as error:
            raise PueError(f"expected a dict that can be written as JSON, found another: {error}") from error
    raise TypeError(f"expected a dict, str or bytes of JSON, found {type(document).__name__}")


def _like(document: Json, answer: bytes) -> Json:
    if isinstance(document, bytes):
        return answer
    if isinstance(document, str):
        return answer.decode()
    return cast(Json, _json.loads(answer))


def _dict(answer: bytes) -> dict[str, Any]:
    return cast(dict[str, Any], _json.loads(answer))


def _options(**options: Any) -> str:
    for key in ("packs", "estimate"):
        if isinstance(options.get(key), (str, dict)):
            raise TypeError(f"{key}: expected a list, found {options[key]!r}")
    lists = ("packs", "estimate")
    options = {key: list(value) if key in lists else value for key, value in options.items()}
    # What is as it is by default need not be said; nought is something.
    given = {key: value for key, value in options.items() if value is not None and value is not False and value != []}
    try:
        return _json.dumps(given, allow_nan=False) if given else ""
    except (TypeError, ValueError) as error:
        raise PueError(f"options: {error}") from error


def audit(
    submission: Json,
    *,
    packs: Sequence[str | dict[str, Any]] = (),
    only_asked: bool = False,
    settings: dict[str, str] | None = None,
    method: str | None = None,
    tariff: float | None = None,
    co2: float | None = None,
    decision: Decision | None = None,
    brief: bool = False,
) -> Json:
    """Audits a submission (``pue/submission/1``): recomputes its PUE and judges it.

    ``packs`` are ids of published packs of rules, or packs, beside those in force for the site; with ``only_asked`` no pack but
    those. ``tariff`` is in yuan per kWh, ``co2`` in kg per kWh. ``decision`` says how a limit is applied to a PUE that is not quite
    sure. A ``brief`` answer (``pue/brief/1``) has outcomes, values and codes alone.
    """
    options = _options(
        packs=packs, only_asked=only_asked, settings=settings, method=method, tariff=tariff, co2=co2,
        decision=decision, brief=brief,
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
    settings: dict[str, str] | None = None,
    method: str | None = None,
    category: int | None = None,
    tariff: float | None = None,
    co2: float | None = None,
    estimate: Sequence[str] = (),
    decision: Decision | None = None,
    total_from_parts: bool = False,
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
    read where they are; other numbers and timestamps are converted. What is masked or null is missing.
    """
    options = _options(
        packs=packs, only_asked=only_asked, settings=settings, method=method, category=category, tariff=tariff, co2=co2,
        estimate=estimate, decision=decision, total_from_parts=total_from_parts, brief=brief,
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
    columns = [(meter, _columns(meter, given)) for meter, given in readings.items()]
    return _like(site, _pue.assess_columns(of_site, columns, naive, period, options))


def _columns(meter: str, given: Any) -> list[Any]:
    if not isinstance(given, (tuple, list)) or len(given) not in (2, 3):
        found = f"{len(given)} columns" if isinstance(given, (tuple, list)) else type(given).__name__
        raise TypeError(f"{meter}: expected (time, value) or (start, end, value), found {found}")
    *stamps, value = given
    return [*(_stamps(meter, stamp) for stamp in stamps), _values(value)]


def _numpy(column: Any) -> Any:
    """The module, if the column is one of its arrays."""
    numpy = sys.modules.get("numpy")
    return numpy if numpy is not None and isinstance(column, numpy.ndarray) else None


def _stamps(meter: str, stamps: Any) -> Any:
    numpy = _numpy(stamps)
    if numpy is None:
        return stamps
    if isinstance(stamps, numpy.ma.MaskedArray):
        if stamps.mask.any():
            raise PueError(f"{meter}: expected an instant in every row, found masked ones")
        stamps = stamps.data
    if stamps.dtype.kind != "M":
        return stamps
    # It has no time zone: the library asks what it is.
    return (stamps.astype("datetime64[ms]", copy=False).view("int64"),)


def _values(values: Any) -> Any:
    numpy = _numpy(values)
    if numpy is None:
        return values
    if isinstance(values, numpy.ma.MaskedArray):
        # What is masked is missing.
        return values.astype("float64").filled(numpy.nan)
    return values.astype("float64") if values.dtype.kind in "iuf" and values.dtype != numpy.float64 else values


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

