"""What a call from Python costs beside the same in Rust, and readings from columns.

    python python/bench.py                      # an audit
    python python/bench.py DATA                 # readings of DATA/parquet and DATA/site, as `pue bulk` takes them
"""

import json
import statistics
import sys
import time
from pathlib import Path

import pue
from pue import _pue

ROOT = Path(__file__).resolve().parents[1]


def timed(work, runs):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def audits():
    text = (ROOT / "examples/data/submissions/01-meets.json").read_bytes()
    document = json.loads(text)
    count, ratios = 2_000, []
    # In turn: the machine is not quiet.
    for _ in range(15):
        rust = _pue._seconds_of_audits(text, count)
        start = time.perf_counter()
        for _ in range(count):
            pue.audit(text)
        of_bytes = time.perf_counter() - start
        start = time.perf_counter()
        for _ in range(count):
            pue.audit(document)
        ratios.append((rust, of_bytes / rust, (time.perf_counter() - start) / rust))
    rust, of_bytes, of_dict = (statistics.median(column) for column in zip(*ratios))
    print(f"an audit of {len(text)} bytes: Rust {rust / count * 1e6:.1f} µs; bytes × {of_bytes:.2f}, dict × {of_dict:.2f}")


def readings(folder):
    import polars as pl

    count, long_s, wide_s = 0, 0.0, 0.0
    for file in sorted(folder.glob("parquet/*.parquet")):
        frame = pl.read_parquet(file).rename({"ts": "time"}).rechunk()
        name = frame["facility"][0]
        site = (folder / f"site/{name}.json").read_bytes()
        frame = frame.select("meter", "time", "value")
        columns = {key[0]: (part["time"], part["value"]) for key, part in frame.group_by("meter", maintain_order=True)}
        count += len(frame)
        answers = []
        long_s += timed(lambda: answers.append(pue.assess(site, frame, "2025")), 5)
        wide_s += timed(lambda: answers.append(pue.assess(site, columns, "2025")), 5)
        values = {json.loads(answer)["pue"]["value"] for answer in answers}
        assert len(values) == 1, values
    told = f"{count / 1e6:.1f} M readings of polars, columns to an assessment:"
    print(f"{told} by meter {wide_s:.2f} s ({wide_s / count * 1e9:.1f} ns), long {long_s:.2f} s ({long_s / count * 1e9:.1f} ns)")


if len(sys.argv) > 1:
    readings(Path(sys.argv[1]))
else:
    audits()
