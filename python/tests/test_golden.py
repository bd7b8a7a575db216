"""The golden files of the library, through Python."""

import json
from pathlib import Path

import polars as pl
import pue
import pytest

ROOT = Path(__file__).resolve().parents[2]
SUBMISSIONS = ROOT / "examples/data/submissions"
CASES = ROOT / "tests/golden/cases"
EXPECTED = json.loads((ROOT / "tests/golden/submissions.json").read_text())["files"]


def outcome(answer, requirement):
    verdicts = [one for one in answer["verdicts"] if (one["pack"], one["requirement"]) == ("wuhan-2024", requirement)]
    return verdicts[0]["outcome"] if verdicts else "absent"


@pytest.mark.parametrize("name", sorted(name for name in EXPECTED if name.endswith(".json")))
def test_submissions_come_to_what_they_have_to(name):
    text = (SUBMISSIONS / name).read_bytes()
    answer = json.loads(pue.audit(text))
    expected = EXPECTED[name]
    assert (answer["pue"] or {}).get("published") == expected.get("published")
    assert outcome(answer, "pue-new-large") == expected.get("pue")
    assert outcome(answer, "grade-new-large") == expected.get("grade")
    codes = [finding["code"] for finding in answer["findings"]]
    assert codes == expected["codes"]


def test_the_answer_has_the_form_of_the_question():
    text = (SUBMISSIONS / "02-over-the-limit.json").read_bytes()
    as_bytes, as_text, as_dict = pue.audit(text), pue.audit(text.decode()), pue.audit(json.loads(text))
    assert isinstance(as_bytes, bytes) and isinstance(as_text, str) and isinstance(as_dict, dict)
    assert as_bytes.decode() == as_text and json.loads(as_text)["verdicts"] == as_dict["verdicts"]
    assert pue.letter(text, "en").startswith("Operator:")
    record = pue.record(text)
    assert pue.verify(text, record) == {"holds": True, "changed": []}
    assert not pue.verify(text.replace(b"1.25", b"1.30"), record)["holds"]


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir() if path.is_dir()))
def test_cases_as_files(case):
    expected = json.loads((CASES / case / "expected.json").read_text())
    site = json.loads((CASES / case / "site.json").read_text())
    answer = pue.assess(site, {"readings.csv": (CASES / case / "readings.csv").read_bytes()}, expected["period"])
    truth = expected["total_kwh"] / expected["it_kwh"]
    low, high = answer["pue"]["low"], answer["pue"]["high"]
    assert (low is None or low <= truth + 1e-6) and (high is None or truth <= high + 1e-6)


def test_a_frame_says_what_its_file_says():
    case = CASES / "22-hourly-power"
    site = json.loads((case / "site.json").read_text())
    period = json.loads((case / "expected.json").read_text())["period"]
    by_file = pue.assess(site, {"readings.csv": (case / "readings.csv").read_text()}, period)
    wide = pl.read_csv(case / "readings.csv").with_columns(pl.col("time").str.to_datetime("%Y-%m-%d %H:%M"))
    zoned = wide.with_columns(pl.col("time").dt.replace_time_zone("Asia/Shanghai"))
    long = zoned.unpivot(index="time", variable_name="meter")
    columns = {name: (zoned["time"], zoned[name]) for name in ("grid", "ups")}
    by_frame = [
        pue.assess(site, wide, period, naive="site"),
        pue.assess(site, zoned, period),
        pue.assess(site, long, period),
        pue.assess(site, long.to_arrow(), period),
        pue.assess(site, long.with_columns(pl.col("meter").cast(pl.Categorical)), period),
        pue.assess(site, columns, period),
    ]
    for answer in by_frame:
        assert answer["pue"] == by_file["pue"] and answer["meters"] == by_file["meters"]
