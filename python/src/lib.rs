//! The native part of the Python module: the text interface of the library, and columns of readings from numpy and Arrow.

mod columns;
mod stream;

use columns::Readings;
use pue::{
    Assessment, Finding, Ledger, Period, Site,
    json::{self, Asked},
    period::Granularity,
};
use pyo3::{
    create_exception,
    exceptions::PyValueError,
    prelude::*,
    types::{PyBytes, PyString, PyTuple},
};
use serde::Serialize;

create_exception!(
    _pue,
    PueError,
    PyValueError,
    "What cannot be done, and why; `findings`: what was found, each with its code and place."
);

/// An exception with its findings.
fn error(py: Python<'_>, told: impl ToString, findings: &[Finding]) -> PyErr {
    let error = PueError::new_err(told.to_string());
    if !findings.is_empty() {
        let listed = serde_json::to_string(findings).unwrap_or_else(|_| "[]".to_owned());
        // Without them the exception still says what is wrong.
        let listed = py.import("json").and_then(|json| json.call_method1("loads", (listed,)));
        let _ = listed.and_then(|listed| error.value(py).setattr("findings", listed));
    }
    error
}

fn refused(py: Python<'_>, why: &json::Refused) -> PyErr {
    error(py, why, why.findings())
}

fn as_bytes<'py>(py: Python<'py>, text: Result<String, json::Refused>) -> PyResult<Bound<'py, PyBytes>> {
    text.map(|text| PyBytes::new(py, text.as_bytes())).map_err(|why| refused(py, &why))
}

fn written(py: Python<'_>, answer: &(impl Serialize + Sync)) -> PyResult<Py<PyBytes>> {
    let text = serde_json::to_vec(answer).map_err(|why| error(py, why, &[]))?;
    Ok(PyBytes::new(py, &text).unbind())
}

/// A site, or an exception with all that is wrong with it.
fn site(py: Python<'_>, text: &[u8]) -> PyResult<Site> {
    let read = pue::read::site(text);
    let findings = match &read.value {
        Some(site) => site.findings(),
        None => &read.findings,
    };
    if findings.iter().any(Finding::is_error) {
        let faults: Vec<Finding> = findings.iter().filter(|finding| finding.is_error()).cloned().collect();
        return Err(error(py, format!("site: {}", pue::finding::Faults(faults.clone())), &faults));
    }
    read.value.ok_or_else(|| error(py, "site: nothing could be read", &read.findings))
}

#[pyfunction]
fn audit<'py>(py: Python<'py>, submission: &[u8], options: &str) -> PyResult<Bound<'py, PyBytes>> {
    as_bytes(py, py.detach(|| json::audit(submission, options)))
}

/// For the benchmark: how long so many audits take without Python.
#[pyfunction]
fn _seconds_of_audits(submission: &[u8], count: usize) -> f64 {
    let start = std::time::Instant::now();
    for _ in 0..count {
        std::hint::black_box(json::audit(std::hint::black_box(submission), "").is_ok());
    }
    start.elapsed().as_secs_f64()
}

#[pyfunction]
fn letter<'py>(py: Python<'py>, submission: &[u8], lang: &str, options: &str) -> PyResult<Bound<'py, PyString>> {
    let text = py.detach(|| json::letter(submission, lang, options));
    text.map(|text| PyString::new(py, &text)).map_err(|why| refused(py, &why))
}

#[pyfunction]
fn record<'py>(py: Python<'py>, submission: &[u8], options: &str) -> PyResult<Bound<'py, PyBytes>> {
    as_bytes(py, py.detach(|| json::record(submission, options)))
}

#[pyfunction]
fn verify<'py>(py: Python<'py>, submission: &[u8], record: &[u8], options: &str) -> PyResult<Bound<'py, PyBytes>> {
    as_bytes(py, py.detach(|| json::verify(submission, record, options)))
}

#[pyfunction]
fn packs(py: Python<'_>) -> PyResult<Bound<'_, PyBytes>> {
    as_bytes(py, json::packs())
}

/// From CSV files: names, and what is in them.
#[pyfunction]
fn assess_files<'py>(
    py: Python<'py>,
    site: &[u8],
    files: Vec<(String, Vec<u8>)>,
    period: &str,
    options: &str,
) -> PyResult<Bound<'py, PyBytes>> {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (name.as_str(), text.as_slice())).collect();
    as_bytes(py, py.detach(|| json::assess(site, &files, period, options)))
}

/// From columns of each meter.
#[pyfunction]
fn assess_columns(
    py: Python<'_>,
    site: &[u8],
    readings: Vec<(String, Vec<Bound<'_, PyAny>>)>,
    naive: Option<&str>,
    period: &str,
    options: &str,
) -> PyResult<Py<PyBytes>> {
    let (site, period, given) = opened(py, site, period, options)?;
    let readings = Readings::take(py, &site, readings, naive)?;
    assessed(py, &site, &readings, period, &given)
}

/// From a frame with the Arrow C interface.
#[pyfunction]
fn assess_frame(
    py: Python<'_>,
    site: &[u8],
    frame: &Bound<'_, PyAny>,
    naive: Option<&str>,
    period: &str,
    options: &str,
) -> PyResult<Py<PyBytes>> {
    let (site, period, given) = opened(py, site, period, options)?;
    let readings = Readings::of_frame(py, &site, frame, naive)?;
    assessed(py, &site, &readings, period, &given)
}

fn opened(py: Python<'_>, site: &[u8], period: &str, options: &str) -> PyResult<(Site, Period, Asked)> {
    let given = json::options(options).map_err(|why| refused(py, &why))?;
    let site = self::site(py, site)?;
    let period = Period::parse(period, site.time_zone()).map_err(|why| error(py, format!("period: {why}"), &[]))?;
    Ok((site, period, given))
}

fn assessed(
    py: Python<'_>,
    site: &Site,
    readings: &Readings<'_>,
    period: Period,
    asked: &Asked,
) -> PyResult<Py<PyBytes>> {
    let columns = readings.columns(py, site)?;
    let ledger = Ledger::of_columns(site, &columns, period, Granularity::Hour).map_err(|why| error(py, why, &[]))?;
    let answer = Assessment::of(&ledger.estimate(&asked.estimates), &asked.options);
    Ok(as_bytes(py, asked.tell(&answer))?.unbind())
}

#[pymodule]
fn _pue(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", pue::VERSION)?;
    let class = module.py().get_type::<PueError>();
    class.setattr("findings", PyTuple::empty(module.py()))?;
    module.add("PueError", class)?;
    module.add_class::<stream::Stream>()?;
    for function in [
        wrap_pyfunction!(audit, module)?,
        wrap_pyfunction!(_seconds_of_audits, module)?,
        wrap_pyfunction!(letter, module)?,
        wrap_pyfunction!(record, module)?,
        wrap_pyfunction!(verify, module)?,
        wrap_pyfunction!(packs, module)?,
        wrap_pyfunction!(assess_files, module)?,
        wrap_pyfunction!(assess_columns, module)?,
        wrap_pyfunction!(assess_frame, module)?,
    ] {
        module.add_function(function)?;
    }
    Ok(())
}
