//! The shipped data (示例数据), for programs that show something before they are given anything.
//!
//! ```
//! use pue::{Site, sample};
//! let site: Site = serde_json::from_str(sample::REAL_SITE)?;
//! let readings = pue::read::csv(&site, "readings.csv", sample::REAL_READINGS.as_bytes())?;
//! assert_eq!(readings.len(), 222);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

/// A real data centre: that of the Energy Systems Integration Facility in Golden, Colorado (`pue/site/1`).
pub const REAL_SITE: &str = include_str!("../examples/data/esif/site.json");

/// Its facility and IT energies of the months of [`REAL_PERIOD`], CSV. Source: NREL, DOI 10.7799/3015212.
pub const REAL_READINGS: &str = include_str!("../examples/data/esif/readings.csv");

/// The months that are known of it; the end is exclusive.
pub const REAL_PERIOD: &str = "2016-06-01/2025-09-01";

/// A made submission of a new large data centre in Wuhan (`pue/submission/1`).
pub const NEW_LARGE: &str = include_str!("../examples/data/submissions/01-meets.json");

/// A made submission of an old, small, scattered one (老旧小散).
pub const OLD_SMALL_SCATTERED: &str = include_str!("../examples/data/submissions/14-old-small-scattered.json");
