"""Columns of numpy and Arrow: what fits is read, what does not ends in an exception that says what."""

import io
import json
import math

import numpy as np
import pandas as pd
import polars as pl
import pue
import pyarrow as pa
import pytest

HOUR = 3_600_000
START = 1_704_038_400_000  # 2024-01-01 in Shanghai
DAY = "2024-01-01/2024-01-02"


def site(kind="register", unit="kWh"):
    meter = lambda id, point: {"id": id, "point": point, "kind": kind, "unit": unit}
    return {
        "schema": "pue/site/1",
        "facility": {"id": "A", "time_zone": "Asia/Shanghai"},
        "meters": [meter("grid", "grid_supply"), meter("ups", "ups_output")],
    }


TIME = np.arange(START, START + 25 * HOUR, HOUR, dtype=np.int64)
GRID, UPS = np.arange(25) * 125.0, np.arange(25) * 100.0


def value(answer):
    return answer["pue"]["value"]


STAMPS = {
    "numpy milliseconds": TIME,
    "arrow milliseconds": pa.array(TIME),
    "arrow timestamps": pa.array(TIME, pa.timestamp("ms", tz="UTC")),
    "arrow nanoseconds": pa.array(TIME * 1_000_000, pa.timestamp("ns", tz="Asia/Shanghai")),
    "arrow in chunks": pa.chunked_array([pa.array(TIME[:7]), pa.array(TIME[7:])]),
    "polars": (pl.Series(TIME) * 1000).cast(pl.Datetime("us", "UTC")),
    "pandas": pd.Series(pd.to_datetime(TIME, unit="ms", utc=True)),
}


@pytest.mark.parametrize("name", STAMPS)
def test_instants_of_every_kind(name):
    time = STAMPS[name]
    assert value(pue.assess(site(), {"grid": (time, GRID), "ups": (time, pa.array(UPS))}, DAY)) == 1.25


def test_instants_without_a_zone_are_asked_about():
    for time in (TIME.astype("datetime64[ms]"), (TIME * 1_000_000).astype("datetime64[ns]"), pa.array(TIME, pa.timestamp("ms"))):
        readings = {"grid": (time, GRID), "ups": (time, UPS)}
        with pytest.raises(pue.PueError, match="expected timestamps with a time zone"):
            pue.assess(site(), readings, DAY)
        assert value(pue.assess(site(), readings, DAY, naive="utc")) == 1.25
    clock = (TIME + 8 * HOUR).astype("datetime64[ms]")
    assert value(pue.assess(site(), {"grid": (clock, GRID), "ups": (clock, UPS)}, DAY, naive="site")) == 1.25
    clock = pa.array(TIME + 8 * HOUR, pa.timestamp("ms"))
    assert value(pue.assess(site(), {"grid": (clock, GRID), "ups": (clock, UPS)}, DAY, naive="site")) == 1.25
    with pytest.raises(pue.PueError, match='expected "utc" or "site", found "local"'):
        pue.assess(site(), {"grid": (clock, GRID)}, DAY, naive="local")


def test_values_of_every_kind():
    whole = np.arange(25, dtype=np.int32)
    for grid in (pa.array(whole * 125), pa.array(GRID, pa.float32()), pl.Series(GRID), pd.Series(GRID)):
        assert value(pue.assess(site(), {"grid": (TIME, grid), "ups": (TIME, UPS)}, DAY)) == 1.25
    for dtype in ("float32", "int64", ">f8", "uint16"):
        assert value(pue.assess(site(), {"grid": (TIME, GRID.astype(dtype)), "ups": (TIME, UPS)}, DAY)) == 1.25
    holes = pa.array([None if i == 7 else v for i, v in enumerate(GRID)])
    answer = pue.assess(site(), {"grid": (TIME, holes), "ups": (TIME, UPS)}, DAY)
    masked = GRID.copy()
    masked[7] = 1e6
    masked = np.ma.masked_array(masked, mask=[i == 7 for i in range(25)])
    assert pue.assess(site(), {"grid": (TIME, masked), "ups": (TIME, UPS)}, DAY) == answer
    missing = [one for one in answer["findings"] if one["code"] == "reading.missing"]
    assert value(answer) == 1.25 and [(one["meter"], one["count"]) for one in missing] == [("grid", 1)]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ((TIME, GRID[:-1]), "grid: expected columns of one length, found time 25, value 24"),
        ((TIME.astype(np.int32), GRID), "grid, time: expected an array of int64 milliseconds since 1970, or datetime64"),
        ((TIME.astype(float), GRID), "found float64, of 1 dimensions"),
        ((TIME, GRID.astype(str)), "grid, value: expected an array of float64, of one dimension, found <U"),
        ((TIME, GRID.reshape(5, 5)), "of 2 dimensions"),
        ((TIME, np.repeat(GRID, 2)[::2]), "expected arrays that are contiguous"),
        ((np.full(25, np.datetime64("NaT"), "datetime64[ms]"), GRID), "found NaT"),
        ((np.ma.masked_array(TIME, mask=True), GRID), "grid: expected an instant in every row, found masked ones"),
        ((pa.array([2**61] * 25, pa.timestamp("s", "UTC")), GRID), "grid, time: .*(?i:overflow)"),
        ((pa.array(["2024"] * 25), GRID), "grid, time: expected timestamps, or int64 milliseconds since 1970, found Utf8"),
        ((pa.array([None, *TIME[1:]]), GRID), "grid, time: expected an instant in every row, found nulls"),
        ((TIME, pa.array(["1"] * 25)), "grid, value: expected numbers, found Utf8"),
        ((TIME, "7"), "grid, value: expected a numpy array or an Arrow column, found str"),
        ((TIME, TIME + HOUR, GRID), 'found interval for meter "grid", whose kind is register'),
    ],
)
def test_columns_that_do_not_fit_are_named(columns, told):
    with pytest.raises(pue.PueError, match=told):
        pue.assess(site(), {"grid": columns, "ups": (TIME, UPS)}, DAY)


def test_what_is_no_readings_is_named():
    with pytest.raises(TypeError, match="expected a dict of columns, a frame"):
        pue.assess(site(), [1, 2], DAY)
    with pytest.raises(TypeError, match="grid: expected \\(time, value\\)"):
        pue.assess(site(), {"grid": TIME}, DAY)
    with pytest.raises(TypeError, match="CSV files or columns, found both"):
        pue.assess(site(), {"grid": (TIME, GRID), "a.csv": b""}, DAY)
    with pytest.raises(pue.PueError, match='expected a column "time", or "start" and "end", found stamp, grid'):
        pue.assess(site(), pl.DataFrame({"stamp": TIME, "grid": GRID}), DAY)


def test_texts_that_are_none_are_named():
    broken = pa.array([b"caf\xe9"]).view(pa.string())
    outside = pa.DictionaryArray.from_arrays(pa.array([5]), pa.array(["grid"]), safe=False)
    backwards = pa.Array.from_buffers(pa.string(), 2, [None, pa.py_buffer(np.array([0, 10, 5], np.int32)), pa.py_buffer(b"gridgrid")])
    for meter in (broken, outside, backwards):
        rows = len(meter)
        frame = pa.table({"meter": meter, "time": TIME[:rows], "value": GRID[:rows]})
        with pytest.raises(pue.PueError, match="meter: "):
            pue.assess(site(), frame, DAY)


def test_a_closed_stream_is_named():
    table = pa.table({"time": TIME, "grid": GRID, "ups": UPS})
    reader = pa.RecordBatchReader.from_batches(table.schema, table.to_batches())
    assert value(pue.assess(site(), reader, DAY)) == 1.25
    with pytest.raises(Exception, match="a stream that was read already has none left"):
        pue.assess(site(), reader, DAY)
    file = io.BytesIO()
    with pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)
    file.seek(0)
    source = pa.PythonFile(file, "r")
    reader = pa.ipc.open_stream(source)
    file.close()
    with pytest.raises(pue.PueError, match="readings: expected a frame with the Arrow C interface: .*closed file"):
        pue.assess(site(), reader, DAY)


def test_faults_of_a_site_come_with_the_exception():
    faulty = site() | {"meters": [{"id": "grid", "point": "grid_supply", "kind": "register", "unit": "kVA"}] * 2}
    with pytest.raises(pue.PueError) as caught:
        pue.assess(faulty, {"grid": (TIME, GRID)}, DAY)
    assert {finding["code"] for finding in caught.value.findings} >= {"meter.unit", "meter.unusable"}
    with pytest.raises(pue.PueError) as caught:
        pue.audit({}, packs=[{"schema": "pue/pack/1", "id": 7}])
    assert "/id" in {finding["path"] for finding in caught.value.findings}
    for options, told in [({"settings": {"wuhan-2024.limit": "2"}}, "expected a key of"), ({"tariff": -1.0}, "tariff"), ({"method": "x"}, "unknown variant")]:
        with pytest.raises(pue.PueError, match=told):
            pue.audit({}, **options)
    for options, told in [({"packs": "cndcp"}, "packs: expected a list"), ({"tariff": math.nan}, "options: ")]:
        with pytest.raises((TypeError, pue.PueError), match=told):
            pue.audit({}, **options)
    with pytest.raises(pue.PueError, match="expected a dict that can be written as JSON"):
        pue.audit({"schema": math.nan})
    with pytest.raises(pue.PueError, match="period: expected a year"):
        pue.assess(site(), {"grid": (TIME, GRID)}, "last year")


def test_intervals_and_power():
    start, end = TIME[:-1], TIME[1:]
    readings = {"grid": (start, end, np.full(24, 125.0)), "ups": (start, end, pa.array(np.full(24, 100.0)))}
    assert value(pue.assess(site("interval"), readings, DAY)) == 1.25
    frame = pl.DataFrame({"start": start, "end": end, "grid": np.full(24, 125.0), "ups": np.full(24, 100.0)})
    assert value(pue.assess(site("interval"), frame, DAY)) == 1.25
    power = {"grid": (TIME, np.full(25, 125.0)), "ups": (TIME, np.full(25, 100.0))}
    assert value(pue.assess(site("power", "kW"), power, DAY)) == 1.25


def test_the_site_is_given_back_in_its_own_form():
    readings = {"grid": (TIME, GRID), "ups": (TIME, UPS)}
    text = json.dumps(site())
    assert isinstance(pue.assess(text, readings, DAY), str) and isinstance(pue.assess(text.encode(), readings, DAY), bytes)
    answer = pue.assess(site(), readings, DAY, packs=["cndcp"], only_asked=True, category=1, tariff=0.6, estimate=["linear"])
    assert {one["pack"] for one in answer["verdicts"]} <= {"cndcp"}
    assert answer["record"]["settings"]["default_packs"] == "off"


def test_a_stream_goes_on_after_a_restart():
    capable = site()
    for meter in capable["meters"]:
        meter["capacity_kw"] = 500.0
    stream = pue.Stream(capable, "2024")
    for at, grid, ups in list(zip(TIME, GRID, UPS))[:13]:
        stream.push("grid", int(at), grid)
        stream.push("ups", int(at), ups)
    stream = pue.Stream.restore(capable, stream.state())
    for at, grid, ups in list(zip(TIME, GRID, UPS))[13:]:
        stream.push("grid", int(at), grid)
        stream.push("ups", int(at), ups)
    stream.push("ups", int(TIME[-1]) + HOUR, math.nan)
    answer = stream.now_until(int(TIME[-1]))
    assert value(answer) == 1.25 and answer["coverage"]["common"] == 1.0
    with pytest.raises(pue.PueError, match="whose kind is register"):
        stream.push_interval("grid", START, START + HOUR, 1.0)
    with pytest.raises(pue.PueError, match="expected an instant from"):
        stream.now_until(START - HOUR)
    state = stream.state()
    stream.close()
    with pytest.raises(pue.PueError, match="expected an open stream, found one that was closed"):
        stream.push("grid", START, 1.0)
    with pytest.raises(pue.PueError, match="another site"):
        pue.Stream.restore(site(), state)
