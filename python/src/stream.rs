//! Readings one at a time, and a state that survives a restart.

use crate::{as_bytes, error, refused, site, written};
use pue::{
    Assessment, Period, json,
    ledger::{Histories, LedgerStream},
    period::Granularity,
};
use pyo3::{prelude::*, types::PyBytes};

/// A ledger that takes readings as they come; instants are milliseconds since 1970.
#[pyclass(module = "pue._pue")]
pub struct Stream {
    /// Gone once it was closed.
    inner: Option<LedgerStream>,
}

impl Stream {
    fn open(&mut self, py: Python<'_>) -> PyResult<&mut LedgerStream> {
        self.inner.as_mut().ok_or_else(|| error(py, "expected an open stream, found one that was closed", &[]))
    }
}

#[pymethods]
impl Stream {
    #[new]
    #[pyo3(signature = (site_json, period, lateness_ms = LedgerStream::LATENESS_MS))]
    fn new(py: Python<'_>, site_json: &[u8], period: &str, lateness_ms: i64) -> PyResult<Self> {
        let site = site(py, site_json)?;
        let period = Period::parse(period, site.time_zone()).map_err(|why| error(py, format!("period: {why}"), &[]))?;
        let histories = Histories::by_capacity(&site);
        let stream = LedgerStream::new(site, period, Granularity::Hour, histories, lateness_ms);
        Ok(Stream { inner: Some(stream.map_err(|why| error(py, why, &[]))?) })
    }

    /// Goes on from what `state` gave.
    #[staticmethod]
    fn restore(py: Python<'_>, site_json: &[u8], state: &[u8]) -> PyResult<Self> {
        let site = site(py, site_json)?;
        let parcel = serde_json::from_slice(state).map_err(|why| error(py, format!("state: {why}"), &[]))?;
        let stream = LedgerStream::from_parcel(site, parcel).map_err(|why| error(py, format!("state: {why}"), &[]))?;
        Ok(Stream { inner: Some(stream) })
    }

    /// Takes a dial value or a sample of power; NaN is a missing value.
    fn push(&mut self, py: Python<'_>, meter: &str, at: i64, value: f64) -> PyResult<()> {
        self.open(py)?.push(meter, at, value).map_err(|why| error(py, why, &[]))
    }

    /// Takes the energy of an interval.
    fn push_interval(&mut self, py: Python<'_>, meter: &str, start: i64, end: i64, value: f64) -> PyResult<()> {
        self.open(py)?.push_interval(meter, start, end, value, None).map_err(|why| error(py, why, &[]))
    }

    /// The assessment from the period's start until an instant.
    #[pyo3(signature = (instant, options = ""))]
    fn now_until(&mut self, py: Python<'_>, instant: i64, options: &str) -> PyResult<Py<PyBytes>> {
        let asked = json::options(options).map_err(|why| refused(py, &why))?;
        let ledger = self.open(py)?.now_until(instant).map_err(|why| error(py, why, &[]))?;
        let answer = Assessment::of(&ledger.estimate(&asked.estimates), &asked.options);
        Ok(as_bytes(py, asked.tell(&answer))?.unbind())
    }

    /// What is to be stored, to go on from later.
    fn state(&mut self, py: Python<'_>) -> PyResult<Py<PyBytes>> {
        written(py, &self.open(py)?.to_parcel())
    }

    /// Takes no more readings.
    fn close(&mut self) {
        self.inner = None;
    }
}
